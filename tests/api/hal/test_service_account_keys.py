"""/api/organizations/{slug}/service-accounts/{name}/keys and /…/keys/{id}"""

import pytest

from libraries.models import OPERATOR, ApiKey, Event, Scope, User
from libraries.people.keys import create_api_key, find_api_key
from libraries.people.service_accounts import create_service_account
from tests.api.hal.calls import ACME, OLD_KEY, ROBOTS_KEY, snapshot
from tests.api.hal.documents import CURIES, moment, problem
from tests.clients import ApiClient
from tests.factories import in_days

GATEWAY = f"{ACME}/service-accounts/gateway"
KEYS = f"{GATEWAY}/keys"
CI = {"name": "ci", "scopes": ["library:read"]}


@pytest.fixture(autouse=True)
def gateway(acme):
    return create_service_account(organization=acme, name="gateway", actor=OPERATOR)


@pytest.fixture
def key(gateway):
    return create_api_key(user=gateway, name="first", scopes=[Scope.LIBRARY_READ], actor=OPERATOR)[0]


def document(key, *, made_by, delete=True):
    here = {"href": f"{KEYS}/{key.pk}"}
    links = {"self": here, "inf:service-account": {"href": GATEWAY}}
    return {
        "_links": {**links, "inf:delete": here} if delete else links,
        "id": str(key.pk),
        "name": key.name,
        "hint": key.hint,
        "scopes": key.scopes,
        "createdAt": moment(key.created_at),
        "expiresAt": key.expires_at and moment(key.expires_at),
        "madeBy": made_by,
        "madeByKey": key.made_by_key_id and str(key.made_by_key_id),
    }


def test_it_makes_a_key_that_is_shown_this_once(client_for, gateway, alice):
    client = client_for("alice")
    answer = client.post(KEYS, CI)

    assert answer.status_code == 201
    key = ApiKey.objects.get(user=gateway)
    body = answer.json()
    secret = body.pop("key")
    assert body == document(key, made_by="alice")
    assert (key.made_by, key.made_by_key and key.made_by_key.user) == (alice, alice)
    assert answer.headers["Location"] == f"{KEYS}/{key.pk}"
    again = client.get(answer.headers["Location"])
    assert again.json() == document(key, made_by="alice")
    assert again.headers["ETag"] == answer.headers["ETag"]
    assert ApiClient(secret).get("/api/me").json()["username"] == "acme.gateway"
    event = Event.objects.latest("position")
    assert (event.action, event.actor, event.principal, event.organization, event.details) == (
        "key.created",
        "alice",
        "acme.gateway",
        "acme",
        {"key": "ci"},
    )
    assert secret not in str(snapshot())


def test_it_lists_the_accounts_live_keys_and_no_others(client_for, gateway, key):
    revoked, _ = create_api_key(user=gateway, name="revoked", actor=OPERATOR)
    client = client_for("alice")
    client.delete(f"{KEYS}/{revoked.pk}")

    assert client.get(KEYS).json() == {
        "_links": {"self": {"href": KEYS}, "curies": CURIES},
        "_embedded": {"inf:key": [document(key, made_by=None)]},
        "start": 0,
        "count": 1,
    }
    assert client.get(f"{KEYS}?q=other").json()["_embedded"]["inf:key"] == []


def test_a_revoked_one_opens_nothing(client_for, gateway):
    client = client_for("alice")
    made = client.post(KEYS, CI).json()
    answer = client.delete(f"{KEYS}/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert not find_api_key(made["key"])
    event = Event.objects.latest("position")
    assert (event.action, event.actor, event.principal, event.organization) == (
        "key.revoked",
        "alice",
        "acme.gateway",
        "acme",
    )
    path = f"{KEYS}/{made['id']}"
    for again in (client.get(path), client.delete(path)):
        expected = problem(404, "There is no such key.", path, code="key_not_found")
        assert (again.status_code, again.json()) == (404, expected)


@pytest.mark.parametrize("identifier", [str(OLD_KEY), str(ROBOTS_KEY), "nonsense", "%00"])
def test_another_accounts_key_is_not_there(client_for, identifier):
    client = client_for("alice")
    before = snapshot()
    assert client.get(f"{KEYS}/{identifier}").status_code == 404
    assert client.delete(f"{KEYS}/{identifier}").status_code == 404
    assert snapshot() == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "", None), ("POST", "", CI), ("GET", "/{key}", None), ("DELETE", "/{key}", None)],
)
def test_it_is_for_administrators_of_its_organization(client_for, key, method, path, body):
    path = KEYS + path.format(key=key.pk)
    people = {username: client_for(username) for username in ("bob", "erin", "frank")}
    before = snapshot()
    answers = {username: client.send(method, path, body) for username, client in people.items()}
    assert {username: answer.json()["code"] for username, answer in answers.items()} == {
        "bob": "not_administrator",
        "erin": "organization_not_found",
        "frank": "organization_not_found",
    }
    assert snapshot() == before
    assert client_for("alice").send(method, path, body).status_code < 300


def test_nobody_makes_a_persons_key_here(client_for, bob):
    client = client_for("alice")
    before = snapshot()
    for name in ("bob", "alice", "acme.gateway"):
        path = f"{ACME}/service-accounts/{name}/keys"
        assert client.post(path, CI).json()["code"] == "service_account_not_found"
    assert snapshot() == before


def test_it_outgrows_the_asking_key_in_nothing(client_for, alice):
    scopes = [Scope.ORGANIZATION_ADMIN, Scope.KEY_MANAGE]
    _, secret = create_api_key(user=alice, name="short", scopes=scopes, expires_at=in_days(1), actor=OPERATOR)
    client = ApiClient(secret)
    before = snapshot()
    assert client.post(KEYS, CI).json()["code"] == "scope_not_held"
    late = {"name": "ci", "scopes": ["organization:admin"], "expiresAt": moment(in_days(2))}
    assert client.post(KEYS, late).json()["code"] == "expiry_refused"
    assert snapshot()["Event"] == before["Event"]

    made = client.post(KEYS, {"name": "ci", "scopes": ["organization:admin"]})
    assert made.status_code == 201
    assert made.json()["expiresAt"] is not None


def test_a_disabled_accounts_key_opens_nothing_until_it_is_enabled(client_for):
    client = client_for("alice")
    client.patch(GATEWAY, {"active": False})
    made = client.post(KEYS, CI).json()
    assert ApiClient(made["key"]).get("/api/me").status_code == 401
    client.patch(GATEWAY, {"active": True})
    assert ApiClient(made["key"]).get("/api/me").status_code == 200


def test_the_account_makes_its_own_as_anybody_does(client_for, gateway):
    program = ApiClient(create_api_key(user=gateway, name="all", actor=OPERATOR)[1])
    made = program.post("/api/keys", CI)
    assert made.status_code == 201
    assert ApiKey.objects.get(pk=made.json()["id"]).made_by == User.objects.get(username="acme.gateway")
