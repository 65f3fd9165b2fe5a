"""GET and PUT /api/libraries/{id}/owner"""

import pytest

from libraries.models import Event
from libraries.rules.levels import Level
from tests.api.hal.calls import HANDBOOK, snapshot
from tests.api.hal.documents import no_such_library, no_such_principal, problem
from tests.factories import give, level_of, make_user

OWNER = f"{HANDBOOK}/owner"


def owner(*usernames, library="handbook", edit=True):
    here = f"/api/libraries/{library}"
    links = {
        "self": {"href": f"{here}/owner"},
        "inf:library": {"href": here},
        "inf:share": {"href": f"{here}/shares/{usernames[0]}"},
    }
    return {
        "_links": {**links, "edit": {"href": f"{here}/owner"}} if edit else links,
        "username": usernames[0],
        "owners": list(usernames),
    }


def test_it_names_the_owner(client_for):
    answer = client_for("alice").get(OWNER)
    assert (answer.status_code, answer.json()) == (200, owner("alice"))
    assert client_for("bob").get(OWNER).json() == owner("alice", edit=False)


def test_of_several_the_first_is_the_one_who_has_owned_it_longest(client_for, handbook):
    give(handbook, "dave", Level.OWNER)
    give(handbook, "carol", Level.OWNER)
    assert client_for("alice").get(OWNER).json() == owner("alice", "dave", "carol")


def test_it_is_for_who_may_see_the_share_list_r9(client_for):
    path = "/api/libraries/press-kit/owner"
    answer = client_for("frank").get(path)
    detail = "You may not see whom this library is shared with. Ask an owner of it."
    assert answer.status_code == 403
    assert answer.json() == problem(403, detail, path, code="action_not_allowed", rule="R4")


def test_an_owners_transfer_makes_that_owner_an_editor(client_for, alice, bob, handbook):
    client = client_for("alice")
    answer = client.put(OWNER, {"username": "bob"})
    assert (answer.status_code, answer.json()) == (200, owner("bob"))
    assert answer.headers["ETag"] == client.get(OWNER).headers["ETag"]
    assert (level_of(alice, handbook), level_of(bob, handbook)) == (Level.EDITOR, Level.OWNER)
    event = Event.objects.latest("pk")
    assert (event.action, event.principal, event.actor, event.via) == ("library.transferred", "bob", "alice", "hal")


def test_it_leaves_other_owners_what_they_are(client_for, alice, handbook):
    give(handbook, "bob", Level.OWNER)
    answer = client_for("bob").put(OWNER, {"username": "carol"})
    assert answer.json() == owner("alice", "carol", edit=False)


def test_an_administrators_transfer_makes_every_other_owner_an_editor_r10(client_for, bob, roadmap):
    give(roadmap, "carol", Level.OWNER)
    answer = client_for("alice").put("/api/libraries/roadmap/owner", {"username": "dave"})
    assert answer.json() == owner("dave", library="roadmap")
    assert level_of(bob, roadmap) == Level.EDITOR


def test_sent_again_it_changes_nothing_r11(client_for):
    client = client_for("alice")  # an administrator, so that she may send it again
    client.put(OWNER, {"username": "bob"})
    before = snapshot()
    assert client.put(OWNER, {"username": "bob"}).json() == owner("bob")
    assert snapshot() == before


@pytest.mark.parametrize("username", ["bob", "carol"])
def test_others_do_not_transfer(client_for, username):
    answer = client_for(username).put(OWNER, {"username": username})
    detail = "You may not transfer this library or change its sharing settings. Ask an owner of it."
    assert answer.status_code == 403
    assert answer.json() == problem(403, detail, OWNER, code="action_not_allowed", rule="R4")


@pytest.mark.parametrize("username", ["alice", "bob", "nobody", "team:research", "everyone", "org:globex", "retired"])
def test_one_whom_r8_keeps_out_is_as_unknown_as_nobody(client_for, globex, username):
    make_user("retired", member_of=globex, is_active=False)
    path = "/api/libraries/lab-notes/owner"
    client = client_for("erin")
    before = snapshot()
    answer = client.put(path, {"username": username})
    detail = no_such_principal(username)
    errors = [{"pointer": "#/username", "detail": detail}]
    assert answer.status_code == 422
    assert answer.json() == problem(422, detail, path, code="unknown_principal", rule="R8", errors=errors)
    assert snapshot() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/username"),
        ({"username": ""}, "#/username"),
        ({"username": None}, "#/username"),
        ({"username": 5}, "#/username"),
        ({"username": "x" * 151}, "#/username"),
        ({"username": "\x00"}, "#/username"),
        ({"username": "bob", "level": 3}, "#/level"),
        ([], "#"),
    ],
)
def test_what_is_not_valid_is_named(client_for, body, pointer):
    answer = client_for("alice").put(OWNER, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_to_others_there_is_no_such_library(client_for, username, library, method):
    path = f"/api/libraries/{library}/owner"
    answer = client_for(username).send(method, path, {"username": "alice"})
    assert (answer.status_code, answer.json()) == (404, no_such_library(path))
