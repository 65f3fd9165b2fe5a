"""POST /api/libraries"""

import re

import pytest

from libraries.models import OPERATOR, Event, Library
from libraries.people.members import add_member
from tests.api.hal.calls import snapshot
from tests.api.hal.documents import library_document, problem

PATH = "/api/libraries"


def test_it_makes_the_caller_the_owner(client_for, acme):
    answer = client_for("dave").post(
        PATH,
        {
            "name": " Atlas ",
            "naturalId": "atlas-2",
            "organization": "acme",
            "description": "Maps\n",
            "emoji": "🗺️",
            "editorsCanShare": True,
        },
    )

    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/libraries/atlas-2"
    library = Library.objects.get(natural_id="atlas-2")
    links = ("inf:shares", "inf:events", "edit", "inf:delete")
    assert answer.json() == library_document(library, 3, *links, caller="dave")
    assert (library.name, library.description, library.emoji) == ("Atlas", "Maps\n", "🗺️")
    assert (library.organization, library.editors_can_share, library.share_count) == (acme, True, 1)
    shares = client_for("dave").get("/api/libraries/atlas-2/shares").json()["_embedded"]["inf:share"]
    assert [(share["principalId"], share["accessLevel"]) for share in shares] == [("dave", 3)]


def test_its_etag_is_that_of_the_library(client_for):
    alice = client_for("alice")
    created = alice.post(PATH, {"name": "Atlas"})
    assert created.headers["ETag"] == alice.get(created.headers["Location"]).headers["ETag"]


def test_a_name_is_enough(client_for):
    body = client_for("dave").post(PATH, {"name": "The Atlas of Everything"}).json()
    assert body["naturalId"] == "the-atlas-of-everything"
    assert body["organization"] == "acme"
    assert (body["description"], body["emoji"], body["editorsCanShare"]) == ("", "", False)


@pytest.mark.parametrize("name", ["Handbook", "💥", "0" * 24, "9a8b7c6d-1234-1234-1234-123456789abc", "x" * 200])
def test_a_natural_id_is_found_for_every_name(client_for, name):
    answers = [client_for("dave").post(PATH, {"name": name}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    first, second = (answer.json() for answer in answers)
    assert first["name"] == second["name"] == name
    assert first["naturalId"] != second["naturalId"]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]", made["naturalId"]) for made in (first, second))


def test_one_who_is_in_several_organizations_names_one(client_for, dave, globex):
    add_member(organization=globex, user=dave, actor=OPERATOR)
    client = client_for("dave")

    refused = client.post(PATH, {"name": "Atlas"})
    assert refused.status_code == 422
    detail = "Specify the organization, or choose a default one: you are a member of several."
    assert refused.json() == problem(
        422,
        detail,
        PATH,
        code="unknown_organization",
        errors=[{"pointer": "#/organization", "detail": detail}],
    )
    assert client.post(PATH, {"name": "Atlas", "organization": "globex"}).json()["organization"] == "globex"


@pytest.mark.parametrize("organization", ["globex", "nowhere"])
def test_an_organization_of_others_is_as_unknown_as_none(client_for, organization):
    answer = client_for("alice").post(PATH, {"name": "Atlas", "organization": organization})
    detail = f"You are not a member of an organization “{organization}”."
    assert answer.status_code == 422
    assert answer.json() == problem(
        422,
        detail,
        PATH,
        code="unknown_organization",
        errors=[{"pointer": "#/organization", "detail": detail}],
    )


def test_one_who_is_in_none_has_nowhere_to_put_it(client_for):
    answer = client_for("admin").post(PATH, {"name": "Atlas"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/organization"


@pytest.mark.parametrize("taken", ["handbook", "roadmap"])
def test_a_natural_id_is_given_once_in_an_organization(client_for, taken):
    client = client_for("dave")
    before = snapshot()
    answer = client.post(PATH, {"name": "Atlas", "naturalId": taken})
    assert answer.status_code == 422
    assert answer.json() == problem(
        422,
        f"“{taken}” is already taken.",
        PATH,
        code="name_taken",
        errors=[{"pointer": "#/naturalId", "detail": f"“{taken}” is already taken."}],
    )
    assert snapshot() == before


@pytest.mark.parametrize("wanted", [{"naturalId": "handbook"}, {}])
def test_what_another_organization_has_is_free_and_shows_in_nothing_r16(client_for, wanted):
    answer = client_for("erin").post(PATH, {"name": "Handbook", **wanted})
    assert (answer.status_code, answer.json()["naturalId"]) == (201, "handbook")
    assert answer.headers["Location"] == answer.json()["_links"]["self"]["href"] == "/api/libraries/handbook"


def test_it_records_who_made_it_and_how(client_for):
    client_for("dave").post(PATH, {"name": "Atlas"}, X_Request_ID="made-here")
    events = Event.objects.filter(library="atlas").order_by("id")
    assert [(event.action, event.actor, event.via, event.request_id) for event in events] == [
        ("library.created", "dave", "hal", "made-here"),
        ("share.created", "dave", "hal", "made-here"),
    ]


def test_it_costs_fifteen_queries(client_for, django_assert_num_queries):
    client = client_for("dave")
    with django_assert_num_queries(15):
        assert client.post(PATH, {"name": "Atlas"}).status_code == 201
