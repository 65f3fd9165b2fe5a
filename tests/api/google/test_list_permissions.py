"""GET /v1beta/{parent}/permissions"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from libraries.models import Team, User
from tests.api.google.bodies import NO_LIBRARY, add_readers, invalid, name_of, not_allowed, unknown_name, walk

PATH = "/v1beta/corpora/handbook/permissions"


def test_it_answers_as_the_document_shows(client_for, handbook):
    answer = client_for("alice").get(PATH)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "permissions": [
            {
                "name": name_of(handbook, "alice"),
                "granteeType": "USER",
                "emailAddress": "alice@acme.example",
                "role": "OWNER",
            },
            {
                "name": name_of(handbook, "team:engineering"),
                "granteeType": "GROUP",
                "emailAddress": "engineering@acme.example",
                "role": "WRITER",
            },
        ]
    }


def test_it_echoes_the_spelling_of_the_request(client_for, handbook):
    answer = client_for("alice").get("/v1beta/tunedModels/handbook/permissions")

    assert [permission["name"] for permission in answer.json()["permissions"]] == [
        name_of(handbook, "alice", collection="tunedModels"),
        name_of(handbook, "team:engineering", collection="tunedModels"),
    ]


def test_a_library_answers_to_all_of_its_names_and_shows_the_natural_id(client_for, handbook):
    alice = client_for("alice")

    bodies = [
        alice.get(f"/v1beta/corpora/{identifier}/permissions").json()
        for identifier in ("handbook", handbook.pk, handbook.object_id)
    ]
    assert bodies[0]["permissions"][0]["name"] == name_of(handbook, "alice")
    assert bodies == [bodies[0]] * 3


def test_it_answers_enums_as_numbers_where_asked_to(client_for, press_kit):
    answer = client_for("alice").get("/v1beta/corpora/press-kit/permissions?%24alt=json%3Benum-encoding%3Dint")

    assert answer.json() == {
        "permissions": [
            {
                "name": name_of(press_kit, "alice"),
                "granteeType": 1,
                "emailAddress": "alice@acme.example",
                "role": 1,
            },
            {"name": name_of(press_kit, "everyone"), "granteeType": 3, "role": 3},
        ]
    }


def test_what_has_no_word_here_is_left_out(client_for, handbook, roadmap, carol):
    """Organizations, teams without an e-mail, the shut out, and shares that are over (R3)."""
    alice, bob = client_for("alice"), client_for("bob")
    path = "/v1beta/corpora/roadmap/permissions"
    assert {share.principal_name for share in handbook.shares.all()} == {
        "alice",
        "org:acme",
        "team:engineering",
        "team:interns",
    }
    assert [permission["granteeType"] for permission in alice.get(PATH).json()["permissions"]] == ["USER", "GROUP"]
    assert [permission["role"] for permission in bob.get(path).json()["permissions"]] == ["OWNER", "WRITER"]

    Team.objects.filter(slug="data-science").update(email="science@acme.example")
    roadmap.shares.filter(user=carol).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert [permission["emailAddress"] for permission in bob.get(path).json()["permissions"]] == [
        "bob@acme.example",
        "science@acme.example",
    ]


def test_a_user_without_an_email_is_shown_without_one(client_for, roadmap, carol):
    User.objects.filter(pk=carol.pk).update(email="")

    answer = client_for("bob").get("/v1beta/corpora/roadmap/permissions")

    assert answer.json()["permissions"][1] == {
        "name": name_of(roadmap, "carol"),
        "granteeType": "USER",
        "role": "WRITER",
    }


@pytest.mark.parametrize("query", ["", "?pageSize=0", "?page_size=10"])
def test_a_page_has_10_permissions_by_default(client_for, roadmap, query):
    add_readers(roadmap, 12)

    body = client_for("bob").get(f"/v1beta/corpora/roadmap/permissions{query}").json()

    assert len(body["permissions"]) == 10
    assert body["nextPageToken"]


@pytest.mark.parametrize("size", [1000, 1001, 2**31, 10**30])
def test_a_page_has_1000_permissions_at_most_whatever_is_asked_for(client_for, press_kit, size):
    add_readers(press_kit, 1000)

    pages = list(walk(client_for("alice"), "/v1beta/corpora/press-kit/permissions", size))

    assert [len(page) for page in pages] == [1000, 2]


def test_the_pages_hold_every_permission_once_oldest_first(client_for, press_kit):
    add_readers(press_kit, 20)
    alice = client_for("alice")
    whole = alice.get("/v1beta/corpora/press-kit/permissions?pageSize=1000").json()["permissions"]

    for size in (1, 7, 11, 22):
        pages = list(walk(alice, "/v1beta/corpora/press-kit/permissions", size))
        assert [permission for page in pages for permission in page] == whole
        assert {len(page) for page in pages[:-1]} <= {size}
    assert [permission.get("emailAddress") for permission in whole] == [
        "alice@acme.example",
        None,
        *(f"reader-{number}@acme.example" for number in range(20)),
    ]


def test_the_last_page_has_no_token(client_for, handbook):
    alice = client_for("alice")

    assert list(alice.get(f"{PATH}?pageSize=1").json()) == ["permissions", "nextPageToken"]
    assert list(alice.get(f"{PATH}?pageSize=2").json()) == ["permissions"]


def test_a_token_outlives_the_permission_that_it_follows(client_for, press_kit):
    readers = add_readers(press_kit, 4)
    alice = client_for("alice")
    path = "/v1beta/corpora/press-kit/permissions"
    token = alice.get(f"{path}?pageSize=4").json()["nextPageToken"]

    readers[1].delete()

    left = alice.get(f"{path}?pageSize=4&pageToken={token}").json()["permissions"]
    assert [permission["emailAddress"] for permission in left] == ["reader-2@acme.example", "reader-3@acme.example"]


@pytest.mark.parametrize("size", ["-1", "-1000", "ten", "1.5", "%00"])
def test_a_size_that_is_none_is_refused(client_for, handbook, size):
    answer = client_for("alice").get(f"{PATH}?pageSize={size}")

    why = "Ensure this value is greater than or equal to 0." if size.startswith("-") else "A valid integer is required."
    assert answer.status_code == 400
    assert answer.json() == invalid("pageSize", why)


def test_a_token_is_bound_to_its_library_and_size(client_for, handbook, press_kit):
    alice = client_for("alice")
    token = alice.get(f"{PATH}?pageSize=1").json()["nextPageToken"]
    corpora = alice.get("/v1beta/corpora?pageSize=1").json()["nextPageToken"]
    refusal = invalid("pageToken", "Not a token from a page of this list with the same page size.")

    assert alice.get(f"{PATH}?pageSize=1&pageToken={token}").status_code == 200
    for path in (
        f"{PATH}?pageSize=2&pageToken={token}",
        f"{PATH}?pageToken={token}",
        f"/v1beta/corpora/press-kit/permissions?pageSize=1&pageToken={token}",
        f"{PATH}?pageSize=1&pageToken={corpora}",
        f"{PATH}?pageSize=1&pageToken={token[:-1]}",
        f"{PATH}?pageSize=1&pageToken={token.swapcase()}",
        f"{PATH}?pageSize=1&pageToken=%F0%9F%94%91",
        f"{PATH}?pageSize=1&pageToken={handbook.shares.first().pk}",
    ):
        answer = alice.get(path)
        assert (answer.status_code, answer.json()) == (400, refusal)


def test_who_has_access_by_everyone_alone_may_not_see_it(client_for, press_kit):
    path = "/v1beta/corpora/press-kit/permissions"

    refused = client_for("erin").get(path)
    assert refused.status_code == 403
    assert refused.json() == not_allowed("see whom this library is shared with")

    client_for("alice").put("/api/libraries/press-kit/shares/erin", {"accessLevel": 1})
    assert client_for("erin").get(path).status_code == 200


def test_it_hides_a_library_that_the_caller_may_not_see(client_for, lab_notes):
    answers = [client_for("bob").get(f"/v1beta/corpora/{name}/permissions") for name in ("lab-notes", "nowhere")]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, NO_LIBRARY)] * 2


def test_it_refuses_a_parameter_that_there_is_not(client_for, handbook):
    assert client_for("alice").get(f"{PATH}?filter=role").json() == unknown_name("filter")


def test_the_request_body_must_be_empty(client_for, handbook):
    alice = client_for("alice")

    assert alice.send("GET", PATH, {"role": "READER"}).json() == unknown_name("role")
    assert alice.send("GET", PATH, {}).status_code == 200
    assert alice.send("GET", PATH, None).status_code == 200


def test_an_encoding_that_there_is_not_is_refused(client_for, handbook):
    answer = client_for("alice").get(f"{PATH}?$alt=proto")

    assert answer.json() == invalid("alt", '"proto" is not a valid choice.')


def test_it_costs_as_many_queries_at_300_permissions_as_at_3(client_for, press_kit):
    alice = client_for("alice")
    path = "/v1beta/corpora/press-kit/permissions?pageSize=1000"

    counts = []
    for already, more in ((0, 1), (1, 297)):
        add_readers(press_kit, more, start=already)
        with CaptureQueriesContext(connection) as queries:
            found = alice.get(path).json()["permissions"]
        counts.append((len(found), len(queries)))

    assert counts == [(3, 3), (300, 3)]
