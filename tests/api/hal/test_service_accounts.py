"""/api/organizations/{slug}/service-accounts and /api/organizations/{slug}/service-accounts/{name}"""

import json

import pytest

from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Event, Library, Scope, User
from libraries.people.keys import create_api_key
from libraries.people.members import add_member
from libraries.people.queries import is_member
from libraries.people.service_accounts import create_service_account
from libraries.rules.levels import Level
from tests.api.hal.calls import ACME, ROBOT, snapshot
from tests.api.hal.documents import CURIES, moment, problem
from tests.clients import ApiClient
from tests.factories import level_of

ACCOUNTS = f"{ACME}/service-accounts"
ADMIN = (Scope.LIBRARY_READ, Scope.ORGANIZATION_ADMIN)


def document(account, *, used=None, keys=True):
    here = {"href": f"{ACCOUNTS}/{account.service_name}"}
    links = {"self": here, "inf:organization": {"href": ACME}, "edit": here, "inf:delete": here}
    if keys:
        links["inf:keys"] = {"href": f"{here['href']}/keys"}
    return {
        "_links": links,
        "name": account.service_name,
        "displayName": account.first_name,
        "active": account.is_active,
        "principalId": account.username,
        "createdAt": moment(account.date_joined),
        "lastUsedAt": used and moment(used),
    }


def only_administrators(path):
    detail = "Only administrators of “acme” may do that."
    return problem(403, detail, path, code="not_administrator", rule="R10")


def no_such_organization(path):
    return problem(404, "There is no such organization.", path, code="organization_not_found")


def no_such_account(name, path):
    return problem(404, f"There is no service account “{name}”.", path, code="service_account_not_found")


CALLS = [
    ("GET", ACCOUNTS, None),
    ("POST", ACCOUNTS, {"name": "gateway"}),
    ("GET", ROBOT, None),
    ("PATCH", ROBOT, {"active": True}),
    ("DELETE", ROBOT, None),
    ("GET", f"{ACCOUNTS}/nobody", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_member_is_told_that_it_is_for_administrators_and_a_stranger_of_no_organization(
    client_for, method, path, body
):
    clients = {username: client_for(username) for username in ("bob", "erin", "frank")}
    before = snapshot()
    for username, expected in (
        ("bob", (403, only_administrators(path))),
        ("erin", (404, no_such_organization(path))),
        ("frank", (404, no_such_organization(path))),
    ):
        answer = clients[username].send(method, path, body)
        assert (answer.status_code, answer.json()) == expected
    assert snapshot() == before


def test_the_account_itself_is_a_plain_member(acme):
    """With its own key it does not make others, nor enable what was disabled."""
    gateway = create_service_account(organization=acme, name="gateway", actor=OPERATOR)
    client = ApiClient(create_api_key(user=gateway, name="all", actor=OPERATOR)[1])
    assert client.get(ACME).status_code == 200
    before = snapshot()
    for method, path, body in CALLS:
        answer = client.send(method, path, body)
        assert (answer.status_code, answer.json()) == (403, only_administrators(path))
    assert client.put(f"{ACME}/members/acme.gateway", {"administrator": True}).status_code == 403
    after = snapshot()
    assert after == before


class TestList:
    def test_it_lists_the_organizations_own_by_name(self, client_for, acme, globex, robot):
        gateway = create_service_account(organization=acme, name="gateway", display_name="In front", actor=OPERATOR)
        create_service_account(organization=globex, name="theirs", actor=OPERATOR)
        key, secret = create_api_key(user=gateway, name="live", actor=OPERATOR)
        ApiClient(secret).get("/api/me")
        key.refresh_from_db()

        for username in ("alice", "admin"):
            answer = client_for(username).get(ACCOUNTS)
            assert answer.status_code == 200
            assert answer.json() == {
                "_links": {"self": {"href": ACCOUNTS}, "curies": CURIES},
                "_embedded": {"inf:service-account": [document(gateway, used=key.last_used_at), document(robot)]},
                "start": 0,
                "count": 2,
            }
        bare = client_for("alice", *ADMIN).get(ROBOT).json()
        assert bare == document(robot, keys=False)

    @pytest.mark.parametrize(("query", "found"), [("q=OBO", ["robot"]), ("q=acm", []), ("q=%25", [])])
    def test_it_filters(self, client_for, query, found):
        body = client_for("alice").get(f"{ACCOUNTS}?{query}").json()
        assert [account["name"] for account in body["_embedded"]["inf:service-account"]] == found

    def test_its_pages_are_complete(self, client_for, acme):
        for number in range(4):
            create_service_account(organization=acme, name=f"n-{number}", actor=OPERATOR)
        client, path, found = client_for("alice"), f"{ACCOUNTS}?count=2", []
        while path:
            page = client.get(path).json()
            found += [account["name"] for account in page["_embedded"]["inf:service-account"]]
            path = page["_links"].get("next", {}).get("href")
        assert found == ["n-0", "n-1", "n-2", "n-3", "robot"]

    def test_its_cost_does_not_grow(self, client_for, acme, django_assert_max_num_queries):
        for number in range(20):
            create_service_account(organization=acme, name=f"n-{number}", actor=OPERATOR)
        client = client_for("alice")
        with django_assert_max_num_queries(3):
            assert client.get(ACCOUNTS).json()["count"] == 21


class TestPost:
    def test_it_makes_one(self, client_for, acme):
        client = client_for("alice", *ADMIN)
        answer = client.post(ACCOUNTS, {"name": "gateway", "displayName": " In front "})

        gateway = User.objects.get(username="acme.gateway")
        assert answer.status_code == 201
        assert answer.json() == document(gateway, keys=False)
        assert (gateway.first_name, gateway.service_of) == ("In front", acme)
        assert is_member(gateway, acme)
        assert answer.headers["Location"] == f"{ACCOUNTS}/gateway"
        again = client.get(answer.headers["Location"])
        assert again.headers["ETag"] == answer.headers["ETag"]
        event = Event.objects.latest("position")
        assert (event.action, event.actor, event.principal, event.organization, event.via) == (
            "service_account.created",
            "alice",
            "acme.gateway",
            "acme",
            "hal",
        )

    def test_its_display_name_is_its_name_where_none_is_given(self, client_for):
        assert client_for("alice").post(ACCOUNTS, {"name": "gateway"}).json()["displayName"] == "gateway"

    def test_one_that_is_there_is_refused_and_a_name_elsewhere_is_free(self, client_for):
        client = client_for("alice")
        before = snapshot()
        answer = client.post(ACCOUNTS, {"name": "robot"})
        errors = [{"pointer": "#/name", "detail": "“robot” is already taken."}]
        expected = problem(422, "“robot” is already taken.", ACCOUNTS, code="name_taken", errors=errors)
        assert (answer.status_code, answer.json()) == (422, expected)
        assert snapshot() == before
        assert (
            client_for("erin").post("/api/organizations/globex/service-accounts", {"name": "robot"}).status_code == 201
        )

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "#/name"),
            ({"name": ""}, "#/name"),
            ({"name": "Robot"}, "#/name"),
            ({"name": "a.b"}, "#/name"),
            ({"name": "a\n"}, "#/name"),
            ({"name": "x" * 41}, "#/name"),
            ({"name": 1}, "#/name"),
            ({"name": "x", "displayName": ""}, "#/displayName"),
            ({"name": "x", "displayName": "\0"}, "#/displayName"),
            ({"name": "x", "displayName": "x" * 151}, "#/displayName"),
            ({"name": "x", "password": "secret"}, "#/password"),
            ({"name": "x", "isSuperuser": True}, "#/isSuperuser"),
        ],
    )
    def test_a_body_that_is_not_valid_makes_none(self, client_for, body, pointer):
        client = client_for("alice")
        before = snapshot()
        answer = client.post(ACCOUNTS, body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
        assert snapshot() == before


class TestGet:
    @pytest.mark.parametrize("name", ["nobody", "alice", "acme.robot", "Robot", "%00"])
    def test_what_is_no_service_account_is_not_there(self, client_for, name):
        answer = client_for("alice").get(f"{ACCOUNTS}/{name}")
        name = name.replace("%00", "\0")
        expected = no_such_account(name, f"{ACCOUNTS}/{name}".replace("\0", "%00"))
        assert (answer.status_code, answer.json()) == (404, expected)


class TestPatch:
    def test_it_renames_disables_and_enables(self, client_for, acme, key_for):
        gateway = create_service_account(organization=acme, name="gateway", actor=OPERATOR)
        client, program = client_for("alice"), ApiClient(key_for("acme.gateway"))
        path = f"{ACCOUNTS}/gateway"
        assert program.get("/api/me").status_code == 200

        answer = client.patch(path, {"displayName": "In front", "active": False})

        gateway.refresh_from_db()
        assert answer.status_code == 200
        assert {**answer.json(), "lastUsedAt": None} == document(gateway)
        assert (gateway.first_name, gateway.is_active) == ("In front", False)
        assert program.get("/api/me").status_code == 401
        before = snapshot()
        assert client.patch(path, {"active": False}).status_code == 200
        assert snapshot() == before
        client.patch(path, {"active": True})
        assert program.get("/api/me").status_code == 200

    def test_a_condition_holds_or_nothing_changes(self, client_for):
        client = client_for("alice")
        etag = client.get(ROBOT).headers["ETag"]
        assert client.patch(ROBOT, {"displayName": "A"}, If_Match=etag).status_code == 200
        before = snapshot()
        for method in ("PATCH", "DELETE"):
            assert client.send(method, ROBOT, {"displayName": "B"}, If_Match=etag).status_code == 412
        assert snapshot() == before

    @pytest.mark.parametrize(
        "body",
        [{"name": "other"}, {"active": 1}, {"active": None}, {"displayName": ""}, {"displayName": "\ud800"}, {"x": 1}],
    )
    def test_a_body_that_is_not_valid_changes_nothing(self, client_for, body):
        client = client_for("alice")
        before = snapshot()
        answer = client.patch(ROBOT, body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{next(iter(body))}"]
        assert snapshot() == before


class TestDelete:
    def test_it_goes_with_its_keys(self, client_for, acme, key_for):
        create_service_account(organization=acme, name="gateway", actor=OPERATOR)
        program, client = ApiClient(key_for("acme.gateway")), client_for("alice")
        assert program.get("/api/me").status_code == 200

        answer = client.delete(f"{ACCOUNTS}/gateway")

        assert (answer.status_code, answer.content) == (204, b"")
        assert program.get("/api/me").status_code == 401
        assert client.get(f"{ACCOUNTS}/gateway").status_code == 404
        assert Event.objects.latest("position").action == "service_account.deleted"

    def test_what_it_alone_owns_needs_a_successor(self, client_for, acme, bob):
        gateway = create_service_account(organization=acme, name="gateway", actor=OPERATOR)
        create_library(name="Atlas", actor=gateway)
        client, path = client_for("alice"), f"{ACCOUNTS}/gateway"
        before = snapshot()
        answer = client.delete(path)
        detail = "acme.gateway is the only owner of atlas. Name a successor, or transfer these first."
        expected = problem(409, detail, path, code="last_owner", rule="R12", libraries=["atlas"])
        assert (answer.status_code, answer.json()) == (409, expected)
        for successor in ("erin", "nobody", "acme.gateway", "%00"):
            answer = client.delete(f"{path}?successor={successor}")
            assert answer.status_code == 422
            assert [error["pointer"] for error in answer.json()["errors"]] == ["#/successor"]
        assert snapshot() == before

        assert client.delete(f"{path}?successor=bob").status_code == 204
        assert level_of(bob, Library.objects.get(natural_id="atlas")) == Level.OWNER


class TestWhatItCannotBecome:
    """What an administrator's key for it could be used for, if it could be taken along."""

    @pytest.fixture
    def gateway(self, acme):
        return create_service_account(organization=acme, name="gateway", actor=OPERATOR)

    @pytest.mark.parametrize("caller", ["alice", "admin"])
    def test_it_joins_no_other_organization(self, client_for, globex, alice, gateway, caller):
        add_member(organization=globex, user=alice, actor=OPERATOR)
        client_for("admin").put("/api/organizations/globex/members/alice", {"administrator": True})
        path = "/api/organizations/globex/members/acme.gateway"
        client = client_for(caller)
        before = snapshot()
        answer = client.put(path, {})
        nobody = client.put(path.replace("gateway", "nobody"), {}).json()
        assert answer.json() == json.loads(json.dumps(nobody).replace("nobody", "gateway"))
        assert (answer.status_code, answer.json()["code"]) == (
            (422, "unknown_user") if caller == "admin" else (403, "consent_needed")
        )
        team = "/api/organizations/globex/teams/research/members/acme.gateway"
        assert client.put(team, {}).status_code == 422
        assert snapshot() == before
        assert client.put(f"{ACME}/teams/engineering/members/acme.gateway", {}).status_code == 200

    @pytest.mark.parametrize("caller", ["alice", "admin"])
    def test_it_administers_nothing_and_does_not_leave(self, client_for, gateway, caller):
        client, path = client_for(caller), f"{ACME}/members/acme.gateway"
        before = snapshot()
        for answer in (
            client.put(path, {"administrator": True}),
            client.delete(path),
            client.delete(f"{path}?dryRun=true"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "service_account_fixed")
        assert snapshot() == before

    def test_among_the_members_it_is_told_apart(self, client_for, gateway):
        members = client_for("bob").get(f"{ACME}/members").json()["_embedded"]["inf:member"]
        assert {member["username"]: member["serviceAccount"] for member in members} == {
            "acme.gateway": True,
            **dict.fromkeys(["alice", "bob", "carol", "dave"], False),
        }
