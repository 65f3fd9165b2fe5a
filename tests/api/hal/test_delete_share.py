"""DELETE /api/libraries/{id}/shares/{principalId}"""

import pytest

from libraries.models import Event, Library
from tests.api.hal.calls import SHARES, snapshot
from tests.api.hal.documents import no_such_library, problem


def refused(code, rule, detail, path):
    return problem(403, detail, path, code=code, rule=rule)


@pytest.mark.parametrize("principal", ["org:acme", "team:engineering", "team%3Ainterns"])
def test_it_takes_the_share_away(client_for, handbook, principal):
    alice = client_for("alice")

    answer = alice.delete(f"{SHARES}/{principal}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert alice.get(f"{SHARES}/{principal}").status_code == 404
    assert alice.get(SHARES).json()["total"] == 3
    event = Event.objects.latest("id")
    assert (event.action, event.actor, event.via, event.to_level) == ("share.revoked", "alice", "hal", None)
    assert event.principal == principal.replace("%3A", ":")


def test_it_holds_on_the_very_next_request(client_for):
    bob = client_for("bob")
    assert bob.patch("/api/libraries/handbook", {"emoji": "📕"}).status_code == 200
    client_for("alice").delete(f"{SHARES}/team:engineering")
    assert bob.patch("/api/libraries/handbook", {"emoji": "📗"}).status_code == 403
    client_for("alice").delete(f"{SHARES}/org:acme")
    assert bob.get("/api/libraries/handbook").status_code == 404


def test_taking_a_shut_out_away_lets_in(client_for):
    """R2"""
    dave = client_for("dave")
    assert dave.get("/api/libraries/handbook").status_code == 404
    client_for("alice").delete(f"{SHARES}/team:interns")
    assert dave.get("/api/libraries/handbook").json()["accessLevel"] == 1


@pytest.mark.parametrize("principal", ["bob", "team:research", "everyone", "nobody", "team:"])
def test_a_share_that_is_not_there_cannot_be_taken_away(client_for, principal):
    alice = client_for("alice")
    before = snapshot()
    answer = alice.delete(f"{SHARES}/{principal}")
    detail = f"This library is not shared with “{principal}”."
    assert answer.status_code == 404
    assert answer.json() == problem(404, detail, f"{SHARES}/{principal}", code="share_not_found")
    assert snapshot() == before


def test_anyone_may_leave(client_for):
    """R7: carol stays a reader, through her team."""
    carol = client_for("carol")
    path = "/api/libraries/roadmap/shares/carol"
    assert carol.delete(path).status_code == 204
    assert carol.get("/api/libraries/roadmap").json()["accessLevel"] == 1
    assert carol.delete(path).status_code == 404


def test_nobody_leaves_for_others(client_for):
    """R7 is about one's own user share: not one's team's, nor anybody else's."""
    carol = client_for("carol")
    for principal in ("team:data-science", "bob", "nobody"):
        path = f"/api/libraries/roadmap/shares/{principal}"
        answer = carol.delete(path)
        detail = "You may not share this library. Ask an owner of it."
        assert (answer.status_code, answer.json()) == (403, refused("action_not_allowed", "R4", detail, path))


def test_an_owner_does_not_leave(client_for):
    """R6, until another owner takes the share away."""
    alice = client_for("alice")
    answer = alice.delete(f"{SHARES}/alice")
    detail = "Owners cannot change or remove their own access. Transfer the library instead."
    assert answer.status_code == 403
    assert answer.json() == refused("own_share_fixed", "R6", detail, f"{SHARES}/alice")
    alice.put(f"{SHARES}/bob", {"accessLevel": 3})
    assert client_for("bob").delete(f"{SHARES}/alice").status_code == 204


@pytest.mark.parametrize("username", ["bob", "admin"])
def test_only_owners_take_ownership_away(client_for, handbook, username):
    """R5: neither an editor who may share nor who administers."""
    Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)
    client = client_for(username)
    answer = client.delete(f"{SHARES}/alice")
    detail = "Only an owner may give, change or take away ownership. An administrator transfers the library instead."
    assert answer.status_code == 403
    assert answer.json() == refused("level_above_own", "R5", detail, f"{SHARES}/alice")
    assert client.delete(f"{SHARES}/team:interns").status_code == 204


def test_who_administers_needs_no_share(client_for):
    """R10"""
    assert client_for("alice").delete("/api/libraries/roadmap/shares/carol").status_code == 204
    assert client_for("admin").delete("/api/libraries/lab-notes/shares/team:research").status_code == 204


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
@pytest.mark.parametrize("principal", ["alice", "nobody"])
def test_to_others_there_is_no_such_library(client_for, username, library, principal):
    path = f"/api/libraries/{library}/shares/{principal}"
    answer = client_for(username).delete(path)
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))


def test_one_who_is_shut_out_by_name_cannot_take_that_away(client_for):
    """R7 is for who sees the library: a share at NONE is not access to give up."""
    client_for("alice").put(f"{SHARES}/bob", {"accessLevel": 0})
    assert client_for("bob").delete(f"{SHARES}/bob").status_code == 404


def test_what_comes_with_it_is_not_looked_at(client_for):
    answer = client_for("alice").send("DELETE", f"{SHARES}/org:acme", b"{not json", content_type="text/plain")
    assert answer.status_code == 204


def test_its_cost_is_bounded(client_for, django_assert_max_num_queries):
    client = client_for("alice")
    for principal in ("org:acme", "team:engineering"):
        with django_assert_max_num_queries(13):
            assert client.delete(f"{SHARES}/{principal}").status_code == 204
