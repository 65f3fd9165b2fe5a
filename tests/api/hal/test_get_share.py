"""GET /api/libraries/{id}/shares/{principalId}"""

from datetime import datetime

import pytest

from libraries.models import Share
from libraries.principals import Principal
from libraries.rules.levels import Kind, Level
from tests.api.hal.calls import SHARES
from tests.api.hal.documents import no_such_library, problem, share_document, share_of


def test_it_answers_as_the_document_shows(client_for, handbook):
    answer = client_for("bob").get(f"{SHARES}/team:engineering")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    body = answer.json()
    assert {key: body[key] for key in ("principalId", "libraryId", "accessLevel")} == {
        "principalId": "team:engineering",
        "libraryId": str(handbook.pk),
        "accessLevel": 2,
    }
    assert body == share_document(share_of(handbook, "team:engineering"))


@pytest.mark.parametrize("principal", ["alice", "org:acme", "team:engineering", "team:interns"])
def test_it_finds_every_kind_however_it_is_written(client_for, handbook, principal):
    client = client_for("alice")
    links = [] if principal == "alice" else ["edit", "inf:delete"]
    for spelling in (principal, principal.replace(":", "%3A"), principal.replace(":", "%3a").replace("e", "%65")):
        assert client.get(f"{SHARES}/{spelling}").json() == share_document(share_of(handbook, principal), *links)


def test_it_finds_everyone(client_for, press_kit):
    body = client_for("alice").get("/api/libraries/press-kit/shares/everyone").json()
    assert body == share_document(share_of(press_kit, "everyone"), "edit", "inf:delete")


def test_it_tells_when_a_share_ends_and_what_it_is_for(client_for, handbook):
    client = client_for("alice")
    client.put(f"{SHARES}/frank", {"accessLevel": 1, "expiresAt": "2090-01-31T12:00:00+02:00", "note": "The audit"})
    body = client.get(f"{SHARES}/frank").json()
    assert body == share_document(share_of(handbook, "frank"), "edit", "inf:delete")
    assert (body["expiresAt"], body["note"]) == ("2090-01-31T10:00:00Z", "The audit")


def test_a_share_that_is_over_is_still_told_of(client_for, handbook, frank):
    """R3: it counts for nothing, and who sees the list sees that."""
    Share.objects.create(
        library=handbook,
        level=Level.READER,
        expires_at=datetime.fromisoformat("2020-01-01T00:00:00+00:00"),
        **Principal(Kind.USER, frank).columns,
    )
    assert client_for("alice").get(f"{SHARES}/frank").json()["expiresAt"] == "2020-01-01T00:00:00Z"
    assert client_for("frank").get(f"{SHARES}/frank").status_code == 404


@pytest.mark.parametrize(
    "principal",
    [
        "bob",
        "team:data-science",
        "team:research",
        "org:globex",
        "everyone",
        "nobody",
        "team:",
        "org:nowhere",
        "Alice",
        "x" * 3000,
    ],
)
def test_a_principal_without_a_share_is_as_missing_as_an_unknown_one(client_for, principal):
    answer = client_for("alice").get(f"{SHARES}/{principal}")
    assert answer.status_code == 404
    detail = f"This library is not shared with “{principal}”."
    assert answer.json() == problem(404, detail, f"{SHARES}/{principal}", code="share_not_found")


def test_one_whom_only_everyone_reaches_may_not_see_it(client_for):
    """R9: whether the share is there or not."""
    for principal in ("everyone", "alice", "frank", "nobody"):
        path = f"/api/libraries/press-kit/shares/{principal}"
        answer = client_for("frank").get(path)
        detail = "You may not see whom this library is shared with. Ask an owner of it."
        assert answer.status_code == 403
        assert answer.json() == problem(403, detail, path, code="action_not_allowed", rule="R4")


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
@pytest.mark.parametrize("principal", ["alice", "nobody"])
def test_to_others_there_is_no_such_library(client_for, username, library, principal):
    path = f"/api/libraries/{library}/shares/{principal}"
    answer = client_for(username).get(path)
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_it_knows_no_other_methods(client_for, method):
    answer = client_for("alice").send(method, f"{SHARES}/alice", {})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, PUT, DELETE"
    assert answer.json() == problem(405, f'Method "{method}" not allowed.', f"{SHARES}/alice")


def test_it_costs_three_queries(client_for, django_assert_num_queries):
    client = client_for("alice")
    with django_assert_num_queries(3):
        assert client.get(f"{SHARES}/org:acme").status_code == 200
