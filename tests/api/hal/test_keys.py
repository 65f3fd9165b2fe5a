"""/api/keys and /api/keys/{id}"""

from datetime import timedelta

import pytest
from django.utils import timezone

from libraries.models import OPERATOR, ApiKey, Event, Scope
from libraries.people.keys import create_api_key, find_api_key
from tests.api.hal.calls import KEY, snapshot
from tests.api.hal.documents import CURIES, moment, problem
from tests.clients import ApiClient
from tests.factories import in_days, let_time_pass

KEYS = "/api/keys"
THEIRS = "a key of bob's"
OTHER = "0" * 32
READ = {"name": "laptop", "scopes": ["library:read"]}


def document(key, *links):
    here = {"href": f"{KEYS}/{key.pk}"}
    return {
        "_links": {"self": here, **dict.fromkeys(links, here)},
        "id": str(key.pk),
        "name": key.name,
        "hint": key.hint,
        "scopes": key.scopes,
        "createdAt": moment(key.created_at),
        "expiresAt": key.expires_at and moment(key.expires_at),
        "madeBy": key.made_by and key.made_by.username,
        "madeByKey": key.made_by_key_id and str(key.made_by_key_id),
    }


def test_it_lists_the_callers_live_keys_oldest_first(client_for, alice, old_key):
    revoked, expired = (create_api_key(user=alice, name=name, actor=OPERATOR)[0] for name in ("revoked", "expired"))
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    ApiKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    client_for("bob")
    client = client_for("alice")
    mine = alice.api_keys.get(name="test")

    answer = client.get(KEYS)

    assert answer.status_code == 200
    assert answer.json() == {
        "_links": {"self": {"href": KEYS}, "curies": CURIES},
        "_embedded": {"inf:key": [document(old_key, "inf:delete"), document(mine, "inf:delete")]},
        "start": 0,
        "count": 2,
    }
    assert client.get(f"{KEY}").json() == document(old_key, "inf:delete")


def test_it_makes_a_key_that_is_shown_this_once(client_for, alice):
    client = client_for("alice")
    answer = client.post(KEYS, {"name": " laptop ", "scopes": ["library:read", "access:check"]})

    assert answer.status_code == 201
    key = ApiKey.objects.get(name="laptop")
    body = answer.json()
    secret = body.pop("key")
    assert body == document(key, "inf:delete")
    assert key.scopes == ["access:check", "library:read"]
    assert (key.made_by, key.made_by_key) == (alice, alice.api_keys.get(name="test"))
    found = find_api_key(secret)
    assert (found, found and found.user) == (key, alice)
    assert answer.headers["Location"] == f"{KEYS}/{key.pk}"
    again = client.get(answer.headers["Location"])
    assert "key" not in again.json()
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert ApiClient(secret).get("/api/me").json()["username"] == "alice"
    event = Event.objects.latest("pk")
    assert (event.action, event.actor, event.via, event.details) == ("key.created", "alice", "hal", {"key": "laptop"})
    assert secret not in str(snapshot())


def test_it_has_no_scope_that_the_asking_key_lacks(client_for):
    client = client_for("alice", Scope.KEY_MANAGE, Scope.ACCESS_CHECK)
    before = snapshot()
    answer = client.post(KEYS, {"name": "x", "scopes": ["access:check", "library:write"]})
    detail = (
        "This key lacks the scope library:write: it can neither give it to another key nor revoke a key that has it."
    )
    assert (answer.status_code, answer.json()) == (403, problem(403, detail, KEYS, code="scope_not_held"))
    assert snapshot() == before
    assert client.post(KEYS, {"name": "x", "scopes": ["access:check"]}).status_code == 201


@pytest.fixture
def ending(alice):
    """A caller whose key ends in five days, and when."""
    key, secret = create_api_key(user=alice, name="short", expires_at=in_days(5), actor=OPERATOR)
    return ApiClient(secret), key.expires_at


@pytest.mark.parametrize("wanted", [{}, {"expiresAt": None}])
def test_it_ends_with_the_asking_key(ending, wanted):
    client, end = ending
    assert client.post(KEYS, {**READ, **wanted}).json()["expiresAt"] == moment(end)


def test_it_ends_sooner_where_that_is_asked_for_and_never_later(ending):
    client, end = ending
    sooner, later = end - timedelta(days=1), end + timedelta(seconds=1)
    assert client.post(KEYS, {**READ, "expiresAt": moment(sooner)}).json()["expiresAt"] == moment(sooner)
    answer = client.post(KEYS, {**READ, "expiresAt": moment(later)})
    detail = f"This key expires at {end.isoformat()}: a key made with it cannot last longer."
    errors = [{"pointer": "#/expiresAt", "detail": detail}]
    assert answer.status_code == 422
    assert answer.json() == problem(422, detail, KEYS, code="expiry_refused", rule="R3", errors=errors)


def test_it_stops_at_its_end(client_for):
    made = client_for("alice").post(KEYS, {**READ, "expiresAt": moment(in_days(1))}).json()
    assert ApiClient(made["key"]).get("/api/me").status_code == 200
    let_time_pass(days=1)
    assert ApiClient(made["key"]).get("/api/me").status_code == 401
    assert client_for("alice").get(f"{KEYS}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"#/name", "#/scopes"}),
        ({**READ, "name": " "}, {"#/name"}),
        ({**READ, "name": 5}, {"#/name"}),
        ({**READ, "name": "x" * 101}, {"#/name"}),
        ({**READ, "name": "\x00"}, {"#/name"}),
        ({**READ, "scopes": []}, {"#/scopes"}),
        ({**READ, "scopes": "library:read"}, {"#/scopes"}),
        ({**READ, "scopes": {"library:read": 1}}, {"#/scopes"}),
        ({**READ, "scopes": None}, {"#/scopes"}),
        ({**READ, "scopes": ["library:read", "library:read"]}, {"#/scopes"}),
        ({**READ, "scopes": ["everything"]}, {"#/scopes/0"}),
        ({**READ, "scopes": [["library:read"]]}, {"#/scopes/0"}),
        ({**READ, "scopes": ["library:read"] * 1000}, {"#/scopes"}),
        ({**READ, "expiresAt": "2090-01-01T00:00:00"}, {"#/expiresAt"}),
        ({**READ, "expiresAt": "2000-01-01T00:00:00Z"}, {"#/expiresAt"}),
        ({**READ, "user": "bob"}, {"#/user"}),
        ([], {"#"}),
    ],
)
def test_what_is_not_valid_is_named(client_for, body, pointers):
    client = client_for("alice")
    before = snapshot()
    answer = client.post(KEYS, body)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert snapshot() == before


def test_it_revokes_a_key_at_once(client_for, key_for, alice):
    other = ApiClient(key_for("alice", Scope.LIBRARY_READ))
    path = f"{KEYS}/{alice.api_keys.latest('pk').pk}"
    client = client_for("alice")
    assert other.get("/api/me").status_code == 200
    answer = client.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert other.get("/api/me").status_code == 401
    assert client.delete(path).status_code == client.get(path).status_code == 404
    event = Event.objects.latest("pk")
    assert (event.action, event.actor, event.details) == ("key.revoked", "alice", {"key": "test"})


def test_it_gives_the_scope_to_manage_keys_on(client_for):
    client = client_for("alice", Scope.KEY_MANAGE)
    made = client.post(KEYS, {"name": "deputy", "scopes": ["key:manage"]}).json()
    deputy = ApiClient(made["key"])
    assert [key["name"] for key in deputy.get(KEYS).json()["_embedded"]["inf:key"]][-2:] == ["test", "deputy"]


def test_a_key_that_manages_none_ends_itself_and_nothing_else(client_for, alice, old_key):
    checker = client_for("alice", *(scope for scope in Scope if scope != Scope.KEY_MANAGE))
    own = f"{KEYS}/{alice.api_keys.latest('pk').pk}"
    before = snapshot()
    calls = [("GET", KEYS), ("POST", KEYS), ("GET", KEY), ("DELETE", KEY), ("GET", own), ("DELETE", f"{KEYS}/{OTHER}")]
    for method, path in calls:
        answer = checker.send(method, path, READ if method == "POST" else None)
        assert (answer.status_code, answer.json()) == (403, problem(403, "The key lacks the scope key:manage.", path))
    assert snapshot() == before

    assert checker.delete(own).status_code == 204
    assert checker.get("/api/me").status_code == 401


@pytest.mark.parametrize("spelled", [str, lambda pk: pk.hex, lambda pk: str(pk).upper()])
def test_a_key_ends_itself_however_its_id_is_written(client_for, alice, spelled):
    client = client_for("alice", Scope.ACCESS_CHECK)
    assert client.delete(f"{KEYS}/{spelled(alice.api_keys.latest('pk').pk)}").status_code == 204


def test_a_key_revokes_those_within_it_alone(client_for, alice, old_key):
    full = client_for("alice")
    path = f"{KEYS}/{alice.api_keys.latest('pk').pk}"
    manager = client_for("alice", Scope.KEY_MANAGE, Scope.LIBRARY_WRITE)
    own = f"{KEYS}/{alice.api_keys.latest('pk').pk}"
    for other in (path, KEY):
        assert set(manager.get(other).json()["_links"]) == {"self"}
        answer = manager.delete(other)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_not_held")
    assert set(manager.get(own).json()["_links"]) == {"self", "inf:delete"}
    assert manager.delete(own).status_code == 204
    assert manager.get(KEYS).status_code == 401
    assert full.delete(KEY).status_code == 204


def test_a_key_takes_along_what_was_made_with_it(client_for, alice, new_events):
    """Or a stolen key would live on in a sibling of its own making (R13)."""
    client = client_for("alice")
    stolen, other = (client.post(KEYS, {**READ, "name": name, "scopes": sorted(Scope)}).json() for name in "so")
    child = ApiClient(stolen["key"]).post(KEYS, {**READ, "name": "child", "scopes": ["key:manage"]}).json()
    grandchild = ApiClient(child["key"]).post(KEYS, {"name": "grandchild", "scopes": ["key:manage"]}).json()
    assert client.get(f"{KEYS}/{grandchild['id']}").json()["madeByKey"] == child["id"]

    assert client.delete(f"{KEYS}/{stolen['id']}").status_code == 204

    for ended in (stolen, child, grandchild):
        assert ApiClient(ended["key"]).get("/api/me").status_code == 401
    assert ApiClient(other["key"]).get("/api/me").status_code == 200
    told = Event.objects.filter(action="key.revoked").order_by("position").values_list("details", flat=True)
    assert [details["key"] for details in told] == ["s", "child", "grandchild"]


@pytest.mark.parametrize("identifier", [THEIRS, "0" * 32, "x", "%00", "shr_old"])
def test_a_key_of_others_is_as_unknown_as_none(client_for, bob, identifier):
    client_for("bob")
    path = f"{KEYS}/{bob.api_keys.get().pk if identifier == THEIRS else identifier}"
    client = client_for("alice")
    before = snapshot()
    for method in ("GET", "DELETE"):
        answer = client.send(method, path)
        assert answer.status_code == 404
        assert (answer.json()["detail"], answer.json()["code"]) == ("There is no such key.", "key_not_found")
    assert snapshot() == before
