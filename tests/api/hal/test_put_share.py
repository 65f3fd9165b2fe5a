"""PUT /api/libraries/{id}/shares/{principalId}"""

import pytest

from libraries.models import Event, Library, Share
from libraries.rules.levels import Level
from tests.api.hal.calls import SHARES, snapshot
from tests.api.hal.documents import no_such_library, no_such_principal, problem, share_document, share_of

TRANSITIONS = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 0)]


@pytest.fixture
def editors_share(handbook):
    Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)


def refusal(code, rule, detail, path):
    return problem(403, detail, path, code=code, rule=rule)


def unknown(principal, path):
    detail = no_such_principal(principal)
    errors = [{"pointer": "#/principalId", "detail": detail}]
    return problem(422, detail, path, code="unknown_principal", rule="R8", errors=errors)


def test_it_answers_as_the_document_shows(client_for, handbook):
    answer = client_for("alice").put(f"{SHARES}/team:data-science", {"accessLevel": 1})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    body = answer.json()
    assert {key: body[key] for key in ("principalId", "libraryId", "accessLevel")} == {
        "principalId": "team:data-science",
        "libraryId": str(handbook.pk),
        "accessLevel": 1,
    }
    assert body == share_document(share_of(handbook, "team:data-science"), "edit", "inf:delete")
    assert (body["expiresAt"], body["note"], body["grantedBy"]) == (None, "", "alice")


@pytest.mark.parametrize("principal", ["frank", "org:globex", "everyone"])
def test_it_gives_access_on_the_very_next_request_and_takes_it_as_fast(client_for, principal):
    """R1, R2"""
    alice, frank = client_for("alice"), client_for("frank")
    share = f"/api/libraries/roadmap/shares/{principal}"
    assert frank.get("/api/libraries/roadmap").status_code == 404
    assert alice.put(share, {"accessLevel": 1}).status_code == 200
    assert frank.get("/api/libraries/roadmap").json()["accessLevel"] == 1
    assert alice.put(share, {"accessLevel": 0}).status_code == 200
    assert frank.get("/api/libraries/roadmap").status_code == 404


def test_it_changes_a_share_that_is_there(client_for, handbook):
    before = share_of(handbook, "org:acme")
    body = client_for("alice").put(f"{SHARES}/org%3Aacme", {"accessLevel": 2, "note": "All hands"}).json()
    after = share_of(handbook, "org:acme")
    assert body == share_document(after, "edit", "inf:delete")
    assert (after.pk, after.level, after.note) == (before.pk, Level.EDITOR, "All hands")
    assert Share.objects.filter(library=handbook).count() == 4


def test_sent_again_it_changes_nothing_and_records_nothing(client_for):
    alice = client_for("alice")
    body = {"accessLevel": 2, "expiresAt": "2090-01-01T00:00:00Z", "note": "Until then"}
    first = alice.put(f"{SHARES}/frank", body)
    before = snapshot()
    again = alice.put(f"{SHARES}/frank", body)
    assert (again.status_code, again.json(), again.headers["ETag"]) == (200, first.json(), first.headers["ETag"])
    assert snapshot() == before


def test_what_is_left_out_stays_as_it_is(client_for):
    """A client that knows the document alone never gives access for longer by leaving the end out."""
    alice = client_for("alice")
    alice.put(f"{SHARES}/frank", {"accessLevel": 1, "expiresAt": "2090-01-01T00:00:00Z", "note": "The audit"})
    body = alice.put(f"{SHARES}/frank", {"accessLevel": 2}).json()
    assert (body["accessLevel"], body["expiresAt"], body["note"]) == (2, "2090-01-01T00:00:00Z", "The audit")
    body = alice.put(f"{SHARES}/frank", {"accessLevel": 2, "expiresAt": None, "note": ""}).json()
    assert (body["accessLevel"], body["expiresAt"], body["note"]) == (2, None, "")


def test_it_records_what_it_did_and_how(client_for):
    client_for("alice").put(f"{SHARES}/org:acme", {"accessLevel": 2}, X_Request_ID="changed-here")
    event = Event.objects.latest("id")
    assert (event.action, event.actor, event.via, event.request_id) == (
        "share.changed",
        "alice",
        "hal",
        "changed-here",
    )
    assert (event.principal, event.from_level, event.to_level) == ("org:acme", 1, 2)


@pytest.mark.parametrize("principal", ["nobody", "team:research", "team:nothing", "org:nowhere", "team:", "ALICE"])
def test_an_unknown_principal_is_refused(client_for, principal):
    alice = client_for("alice")
    before = snapshot()
    answer = alice.put(f"{SHARES}/{principal}", {"accessLevel": 1})
    assert (answer.status_code, answer.json()) == (422, unknown(principal, f"{SHARES}/{principal}"))
    assert snapshot() == before


@pytest.mark.parametrize("principal", ["alice", "org:acme", "everyone", "team:engineering", "nobody"])
@pytest.mark.parametrize("username", ["erin", "admin"])
def test_one_outside_the_organization_is_as_unknown(client_for, username, principal):
    """R8, for superusers too: globex keeps its libraries to itself."""
    path = f"/api/libraries/lab-notes/shares/{principal}"
    answer = client_for(username).put(path, {"accessLevel": 1})
    assert (answer.status_code, answer.json()) == (422, unknown(principal, path))


def test_one_who_is_inactive_is_as_unknown(client_for, frank):
    """R8"""
    erin = client_for("erin")
    path = "/api/libraries/lab-notes/shares/frank"
    frank.is_active = False
    frank.save()
    answer = erin.put(path, {"accessLevel": 1})
    assert (answer.status_code, answer.json()) == (422, unknown("frank", path))
    frank.is_active = True
    frank.save()
    assert erin.put(path, {"accessLevel": 1}).status_code == 200


def test_nobody_climbs(client_for, editors_share):
    """R5: neither by what they give nor by what they change."""
    bob = client_for("bob")
    assert bob.put(f"{SHARES}/frank", {"accessLevel": 2}).status_code == 200
    for path, level in ((f"{SHARES}/frank", 3), (f"{SHARES}/bob", 3), (f"{SHARES}/alice", 1)):
        answer = bob.put(path, {"accessLevel": level})
        detail = (
            "Only an owner may give, change or take away ownership. An administrator transfers the library instead."
        )
        assert (answer.status_code, answer.json()) == (403, refusal("level_above_own", "R5", detail, path))
    assert client_for("alice").put(f"{SHARES}/frank", {"accessLevel": 3}).status_code == 200


@pytest.mark.parametrize("username", ["alice", "admin"])
def test_who_administers_shares_but_makes_no_owners(client_for, username):
    """R5, R10: alice has no share on the roadmap."""
    client = client_for(username)
    shares = "/api/libraries/roadmap/shares"
    assert client.put(f"{shares}/dave", {"accessLevel": 2}).status_code == 200
    for principal in ("dave", "bob", "alice"):
        answer = client.put(f"{shares}/{principal}", {"accessLevel": 3})
        assert (answer.status_code, answer.json().get("code")) == (403, "level_above_own")


def test_an_owners_own_share_is_fixed(client_for):
    """R6, until there is another owner to do it."""
    alice = client_for("alice")
    assert alice.put(f"{SHARES}/alice", {"accessLevel": 3}).status_code == 200
    detail = "Owners cannot change or remove their own access. Transfer the library instead."
    for body in ({"accessLevel": 1}, {"accessLevel": 0}, {"accessLevel": 3, "note": "Mine"}):
        answer = alice.put(f"{SHARES}/alice", body)
        assert (answer.status_code, answer.json()) == (
            403,
            refusal("own_share_fixed", "R6", detail, f"{SHARES}/alice"),
        )
    alice.put(f"{SHARES}/bob", {"accessLevel": 3})
    assert client_for("bob").put(f"{SHARES}/alice", {"accessLevel": 1}).status_code == 200


@pytest.mark.parametrize("principal", ["team:engineering", "org:acme", "everyone"])
def test_only_users_own(client_for, principal):
    path = f"{SHARES}/{principal}"
    answer = client_for("alice").put(path, {"accessLevel": 3})
    detail = "Only a user can be an owner."
    errors = [{"pointer": "#/accessLevel", "detail": detail}]
    assert (answer.status_code, answer.json()) == (
        422,
        problem(422, detail, path, code="only_users_own", errors=errors),
    )


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"accessLevel": 1, "expiresAt": "2020-01-01T00:00:00Z"}, "The expiry date is in the past."),
        ({"accessLevel": 3, "expiresAt": "2090-01-01T00:00:00Z"}, "An owner's access cannot have an expiry date."),
    ],
)
def test_an_end_that_cannot_be_is_refused(client_for, body, detail):
    """R3"""
    alice = client_for("alice")
    before = snapshot()
    answer = alice.put(f"{SHARES}/frank", body)
    errors = [{"pointer": "#/expiresAt", "detail": detail}]
    expected = problem(422, detail, f"{SHARES}/frank", code="expiry_refused", rule="R3", errors=errors)
    assert (answer.status_code, answer.json()) == (422, expected)
    assert snapshot() == before


def test_nobody_gives_for_longer_than_they_have(client_for, editors_share):
    """R3"""
    end = "2090-01-01T00:00:00Z"
    client_for("alice").put(f"{SHARES}/erin", {"accessLevel": 2, "expiresAt": end})
    erin = client_for("erin")
    assert erin.put(f"{SHARES}/frank", {"accessLevel": 1}).json()["expiresAt"] == end
    answer = erin.put(f"{SHARES}/frank", {"accessLevel": 1, "expiresAt": "2091-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (422, "expiry_refused")


@pytest.mark.parametrize(
    ("username", "library"), [("bob", "handbook"), ("carol", "roadmap"), ("frank", "press-kit"), ("frank", "lab-notes")]
)
@pytest.mark.parametrize("body", [{"accessLevel": 1}, {"accessLevel": "x"}, {}])
@pytest.mark.parametrize("principal", ["dave", "nobody"])
def test_one_who_may_not_share_is_told_so_before_anything_else(client_for, username, library, body, principal):
    """R4"""
    path = f"/api/libraries/{library}/shares/{principal}"
    answer = client_for(username).put(path, body)
    detail = "You may not share this library. Ask an owner of it."
    assert (answer.status_code, answer.json()) == (403, refusal("action_not_allowed", "R4", detail, path))


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
def test_to_others_there_is_no_such_library(client_for, username, library):
    path = f"/api/libraries/{library}/shares/alice"
    answer = client_for(username).put(path, {"accessLevel": "x"})
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))


@pytest.mark.parametrize(("before", "after"), TRANSITIONS)
def test_it_costs_twelve_queries_at_most(client_for, handbook, django_assert_max_num_queries, before, after):
    client = client_for("alice")
    client.put(f"{SHARES}/bob", {"accessLevel": before})
    body = {"accessLevel": after, "note": "Changed"} | ({"expiresAt": "2090-01-01T00:00:00Z"} if after < 3 else {})
    with django_assert_max_num_queries(12):
        assert client.put(f"{SHARES}/bob", body).status_code == 200
