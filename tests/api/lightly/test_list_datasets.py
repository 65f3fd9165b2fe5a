"""GET /v1/datasets and GET /v1/datasets/query/name/{datasetName}"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.models import Library
from libraries.rules.levels import Level
from tests.api.google.bodies import add_libraries
from tests.api.lightly.calls import share

PATH = "/v1/datasets"
BY_NAME = f"{PATH}/query/name"


def milliseconds(moment):
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def document(library, owner, **told):
    return {
        "id": library.object_id,
        "name": library.name,
        "userId": str(owner.pk),
        "type": "Images",
        "nSamples": 0,
        "sizeInBytes": 0,
        "createdAt": milliseconds(library.created_at),
        "lastModifiedAt": milliseconds(library.updated_at),
        **told,
    }


def names(answer):
    assert answer.status_code == 200, answer.content
    return [dataset["name"] for dataset in answer.json()]


def test_it_lists_what_the_caller_may_see_oldest_first(client_for, handbook, roadmap, press_kit, alice, bob):
    answer = client_for("carol").get(PATH)

    assert answer.status_code == 200
    assert answer.json() == [document(handbook, alice), document(roadmap, bob), document(press_kit, alice)]
    assert names(client_for("frank").get(PATH)) == ["Press Kit", "Lab Notes"]


def test_who_may_see_nothing_gets_an_empty_list(client_for, press_kit):
    assert names(client_for("dave").get(PATH)) == ["Press Kit"]
    press_kit.shares.all().delete()
    assert client_for("dave").get(PATH).json() == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("shared=False", ["Roadmap"]),
        ("shared=true", ["Handbook", "Press Kit"]),
        ("getAssetsOfTeam=True", ["Handbook", "Press Kit"]),
        ("shared=False&getAssetsOfTeamInclusiveSelf=True", ["Handbook", "Roadmap", "Press Kit"]),
        ("shared=&excludePlayground=true", ["Handbook", "Roadmap", "Press Kit"]),
    ],
)
def test_it_tells_ones_own_from_what_others_own(client_for, handbook, query, found):
    assert names(client_for("bob").get(f"{PATH}?{query}")) == found


def test_what_one_administers_and_does_not_own_is_others(client_for, handbook, acme):
    """alice administers acme; bob's roadmap is shared with her by nothing but that."""
    alice = client_for("alice")

    assert names(alice.get(f"{PATH}?shared=False")) == ["Handbook", "Press Kit"]
    assert names(alice.get(f"{PATH}?shared=True")) == ["Roadmap"]


def test_an_owner_of_several_is_told_as_the_one_whose_share_is_the_oldest(client_for, handbook, alice, carol):
    share(handbook, "carol", Level.OWNER)

    assert client_for("carol").get(f"{PATH}?shared=False").json() == [document(handbook, alice)]


def test_a_name_that_clients_would_reject_gives_way_to_the_natural_id_or_the_id(client_for, acme, alice):
    for name, natural_id in (("Übersicht", "uebersicht"), ("R&D", "rd"), ("AI", "ai-models"), ("Plan_b 2-x", "plan")):
        Library.objects.create(name=name, natural_id=natural_id, organization=acme)
    too_short = Library.objects.get(natural_id="rd")

    shown = names(client_for("alice").get(PATH))

    assert shown[3:] == ["uebersicht", too_short.object_id, "ai-models", "Plan_b 2-x"]


def test_it_is_read_in_pages(client_for, acme):
    add_libraries(acme, 4)
    alice = client_for("alice")

    pages = [names(alice.get(f"{PATH}?pageSize=3&pageOffset={offset}")) for offset in (0, 3, 6, 9)]

    assert pages == [["Handbook", "Roadmap", "Press Kit"], ["Library 0", "Library 1", "Library 2"], ["Library 3"], []]
    assert len(names(alice.get(f"{PATH}?pageSize=5000"))) == 7


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("pageSize=0", "pageSize: Ensure this value is greater than or equal to 1."),
        ("pageSize=5001", "pageSize: Ensure this value is less than or equal to 5000."),
        ("pageOffset=-1", "pageOffset: Ensure this value is greater than or equal to 0."),
        ("pageOffset=99999999999999999999", "pageOffset: Ensure this value is less than or equal to 1000000000."),
        ("shared=perhaps", "shared: Must be a valid boolean."),
    ],
)
def test_what_is_not_valid_is_refused_by_name(client_for, query, sentence):
    answer = client_for("alice").get(f"{PATH}?{query}", X_Request_ID="r")

    assert answer.status_code == 400
    assert answer.json() == {"code": "BAD_REQUEST", "error": f"The request is not valid. {sentence}", "requestId": "r"}


def test_by_name_it_finds_the_name_or_the_natural_id_whole(client_for, handbook, press_kit, alice):
    carol = client_for("carol")

    for name in ("Press Kit", "press-kit"):
        assert carol.get(f"{BY_NAME}/{name}?exact=True").json() == [document(press_kit, alice)]
    for name in ("Press", "PRESS KIT", "Press Ki_", "%", "Lab Notes"):
        assert carol.get(f"{BY_NAME}/{name.replace('%', '%25')}?exact=True").json() == []
    assert names(client_for("frank").get(f"{BY_NAME}/Lab Notes?exact=True")) == ["Lab Notes"]


def test_by_name_it_finds_how_a_name_begins(client_for, world):
    alice = client_for("alice")

    assert names(alice.get(f"{BY_NAME}/press")) == ["Press Kit"]
    assert names(alice.get(f"{BY_NAME}/h?exact=false")) == ["Handbook"]
    assert names(alice.get(f"{BY_NAME}/kit")) == []
    assert names(alice.get(f"{BY_NAME}/%25")) == []


def test_by_name_it_tells_ones_own_from_what_others_own(client_for, handbook):
    bob = client_for("bob")

    assert names(bob.get(f"{BY_NAME}/Roadmap?exact=True&shared=False")) == ["Roadmap"]
    assert names(bob.get(f"{BY_NAME}/Roadmap?exact=True&shared=True")) == []
    assert names(bob.get(f"{BY_NAME}/Handbook?exact=True&getAssetsOfTeam=True")) == ["Handbook"]


@pytest.mark.parametrize("name", ["%00", "a" * 201, "%ED%A0%80"])
def test_a_name_that_nothing_can_have_is_no_accident(client_for, name):
    assert client_for("alice").get(f"{BY_NAME}/{name}?exact=True").status_code in (200, 400)


@pytest.mark.parametrize("path", [PATH, f"{BY_NAME}/Library"])
def test_it_costs_as_many_queries_at_300_libraries_as_at_3(client_for, acme, path):
    alice, counts = client_for("alice"), []
    add_libraries(acme, 3)
    for more in (0, 297):
        add_libraries(acme, more, start=3)
        with CaptureQueriesContext(connection) as queries:
            assert len(names(alice.get(f"{path}?getAssetsOfTeam=True"))) >= 3 + more
        counts.append(len(queries))

    assert counts == [3, 3]
