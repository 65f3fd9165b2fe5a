"""/api/organizations/{slug}/members and /api/organizations/{slug}/members/{username}"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.models import OPERATOR, ApiKey, Event, Share, User
from libraries.people.administrators import administers, set_administrator
from libraries.people.keys import create_api_key
from libraries.people.queries import is_member
from libraries.people.service_accounts import create_service_account
from libraries.rules.levels import Level
from tests.api.hal.calls import ACME, snapshot
from tests.api.hal.documents import CURIES, problem
from tests.factories import give, level_of, make_user

MEMBERS = f"{ACME}/members"


def document(username, *, administrator=False, active=True, service_account=False, edit=True):
    here = {"href": f"{MEMBERS}/{username}"}
    links = {"self": here, "edit": here, "inf:delete": here} if edit else {"self": here}
    return {
        "_links": links,
        "username": username,
        "active": active,
        "serviceAccount": service_account,
        "administrator": administrator,
    }


def consent_needed(path):
    detail = "Nobody is taken into “acme” without their consent. Ask a superuser to add who is not a member yet."
    return problem(403, detail, path, code="consent_needed", rule="R15")


def only_administrators(path):
    detail = "Only administrators of “acme” may do that."
    return problem(403, detail, path, code="not_administrator", rule="R10")


def no_member(username, path):
    return problem(404, f"{username} is not a member of “acme”.", path, code="not_member")


class TestList:
    def test_any_member_sees_the_members(self, client_for, acme):
        make_user("retired", member_of=acme, is_active=False)
        for username, edit in (("alice", True), ("dave", False)):
            assert client_for(username).get(MEMBERS).json() == {
                "_links": {"self": {"href": MEMBERS}, "curies": CURIES},
                "_embedded": {
                    "inf:member": [
                        document("alice", administrator=True, edit=edit),
                        *(document(name, edit=edit) for name in ("bob", "carol", "dave")),
                        document("retired", active=False, edit=edit),
                    ]
                },
                "start": 0,
                "count": 5,
            }

    @pytest.mark.parametrize(("query", "found"), [("q=CA", ["carol"]), ("q=aro", []), ("q=%25", [])])
    def test_it_filters_by_how_the_name_begins(self, client_for, query, found):
        body = client_for("bob").get(f"{MEMBERS}?{query}").json()
        assert [member["username"] for member in body["_embedded"]["inf:member"]] == found


class TestGet:
    def test_it_shows_a_member(self, client_for):
        answer = client_for("bob").get(f"{MEMBERS}/alice")
        assert (answer.status_code, answer.json()) == (200, document("alice", administrator=True, edit=False))

    @pytest.mark.parametrize("username", ["erin", "admin", "nobody", "ALICE", "x" * 500])
    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_an_account_that_is_no_member_is_as_unknown_as_none(self, client_for, method, username):
        path = f"{MEMBERS}/{username}"
        answer = client_for("alice").send(method, path)
        assert (answer.status_code, answer.json()) == (404, no_member(username, path))


class TestPut:
    def test_it_takes_somebody_in_by_a_superusers_hand_r15(self, client_for, erin, acme):
        client = client_for("admin")
        answer = client.put(f"{MEMBERS}/erin", {})
        assert (answer.status_code, answer.json()) == (200, document("erin"))
        assert answer.headers["ETag"] == client.get(f"{MEMBERS}/erin").headers["ETag"]
        assert is_member(erin, acme)
        event = Event.objects.latest("pk")
        assert (event.action, event.principal, event.actor, event.via) == ("member.added", "erin", "admin", "hal")
        assert client_for("erin").get("/api/libraries/handbook").status_code == 200

    def test_it_gives_and_takes_the_power_r10(self, client_for, bob, acme):
        client = client_for("alice")
        for wanted in (True, False):
            answer = client.put(f"{MEMBERS}/bob", {"administrator": wanted})
            assert answer.json() == document("bob", administrator=wanted)
            assert administers(bob, acme) == wanted

    def test_a_newcomer_may_administer_at_once(self, client_for, erin, acme):
        client_for("admin").put(f"{MEMBERS}/erin", {"administrator": True})
        assert administers(erin, acme)

    @pytest.mark.parametrize("body", [{}, {"administrator": True}])
    @pytest.mark.parametrize("username", ["erin", "admin", "retired", "nobody", "everyone", "%00", "x" * 500])
    def test_an_administrator_takes_in_nobody_whoever_is_named_r15(self, client_for, acme, username, body):
        make_user("retired", is_active=False)
        path = f"{MEMBERS}/{username}"
        client = client_for("alice")
        before = snapshot()
        for condition in ({}, {"If_Match": "*"}, {"If_None_Match": "*"}):
            with CaptureQueriesContext(connection) as queries:
                answer = client.put(path, body, **condition)
            assert (answer.status_code, answer.json()) == (403, consent_needed(path))
            assert len(queries) <= 3
        assert snapshot() == before
        assert client.put(f"{MEMBERS}/bob", body).status_code == 200

    def test_somebody_stays_in_charge_r14(self, client_for, alice, bob, acme):
        client, path = client_for("alice"), f"{MEMBERS}/alice"
        before = snapshot()
        answer = client.put(path, {"administrator": False})
        detail = "alice is the only active administrator of “acme”. Make another member an administrator first."
        expected = problem(409, detail, path, code="last_administrator", rule="R14")
        assert (answer.status_code, answer.json()) == (409, expected)
        assert snapshot() == before

        client.put(f"{MEMBERS}/bob", {"administrator": True})
        assert client.put(path, {"administrator": False}).status_code == 200
        assert not administers(alice, acme)
        assert client.put(path, {"administrator": True}).status_code == 403

    def test_what_is_left_out_stays(self, client_for, bob, acme):
        set_administrator(organization=acme, user=bob, administrator=True, actor=OPERATOR)
        client = client_for("alice")
        before = snapshot()
        assert client.put(f"{MEMBERS}/bob").json() == document("bob", administrator=True)
        assert snapshot() == before

    @pytest.mark.parametrize("username", ["nobody", "retired", "everyone", "org:globex", "%00", "x" * 500])
    def test_an_inactive_account_is_as_unknown_as_none(self, client_for, username):
        make_user("retired", is_active=False)
        path = f"{MEMBERS}/{username}"
        client = client_for("admin")
        before = snapshot()
        answer = client.put(path, {"administrator": True})
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        name = username.replace("%00", "\x00")
        assert error == {"pointer": "#/username", "detail": f"No user “{name}” can be added."}
        assert answer.json()["code"] == "unknown_user"
        assert snapshot() == before

    def test_an_inactive_member_is_one_still(self, client_for, bob, acme):
        User.objects.filter(pk=bob.pk).update(is_active=False)
        assert client_for("alice").put(f"{MEMBERS}/bob", {}).json() == document("bob", active=False)

    @pytest.mark.parametrize("body", [{}, {"administrator": True}, {"nonsense": 1}])
    @pytest.mark.parametrize("username", ["bob", "erin", "nobody"])
    def test_a_plain_member_changes_nobody_and_learns_nothing(self, client_for, username, body):
        path = f"{MEMBERS}/{username}"
        client = client_for("bob")
        before = snapshot()
        answer = client.put(path, body)
        assert (answer.status_code, answer.json()) == (403, only_administrators(path))
        assert snapshot() == before

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"administrator": 1}, "#/administrator"),
            ({"administrator": None}, "#/administrator"),
            ({"admin": True}, "#/admin"),
            ([], "#"),
        ],
    )
    def test_what_is_not_valid_is_named(self, client_for, body, pointer):
        answer = client_for("alice").put(f"{MEMBERS}/bob", body)
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_one_is_added_only_if_they_are_not_there(self, client_for):
        client = client_for("admin")
        assert client.put(f"{MEMBERS}/erin", {}, If_Match="*").status_code == 412
        assert client.put(f"{MEMBERS}/erin", {}, If_None_Match="*").status_code == 200
        assert client.put(f"{MEMBERS}/erin", {}, If_None_Match="*").status_code == 412


class TestDelete:
    def test_it_takes_every_share_and_team_r12(self, client_for, carol, acme, roadmap):
        answer = client_for("alice").delete(f"{MEMBERS}/carol")
        assert (answer.status_code, answer.content) == (204, b"")
        assert not is_member(carol, acme)
        assert not Share.objects.filter(user=carol).exists()
        event = Event.objects.latest("pk")
        assert (event.action, event.principal, event.via) == ("member.removed", "carol", "hal")
        assert client_for("carol").get("/api/libraries/roadmap").status_code == 404

    def test_a_409_names_the_libraries_that_would_be_left_without_an_owner_r12(self, client_for):
        client = client_for("admin")
        before = snapshot()
        answer = client.delete(f"{MEMBERS}/alice")
        detail = "alice is the only owner of handbook, press-kit. Name a successor, or transfer these first."
        libraries = ["handbook", "press-kit"]
        expected = problem(409, detail, f"{MEMBERS}/alice", code="last_owner", rule="R12", libraries=libraries)
        assert (answer.status_code, answer.json()) == (409, expected)
        assert snapshot() == before

    def test_a_successor_takes_over_r12(self, client_for, bob, carol, acme, roadmap):
        answer = client_for("alice").delete(f"{MEMBERS}/bob?successor=carol")
        assert answer.status_code == 204
        assert level_of(carol, roadmap) == Level.OWNER
        assert not is_member(bob, acme)

    @pytest.mark.parametrize("dry", ["", "&dryRun=true"])
    @pytest.mark.parametrize("successor", ["bob", "erin", "nobody", "retired", "%00"])
    def test_a_successor_is_another_active_member(self, client_for, acme, successor, dry):
        make_user("retired", member_of=acme, is_active=False)
        client = client_for("alice")
        before = snapshot()
        answer = client.delete(f"{MEMBERS}/bob?successor={successor}{dry}")
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == ["#/successor"]
        assert snapshot() == before

    @pytest.mark.parametrize("query", ["", "&successor=carol"])
    def test_a_dry_run_tells_what_would_go(self, client_for, handbook, roadmap, acme, bob, query):
        client_for("bob")
        key = ApiKey.objects.get(user=bob)
        robot = create_service_account(organization=acme, name="builder", actor=OPERATOR)
        program_key, _ = create_api_key(user=robot, name="ci", actor=OPERATOR)
        ApiKey.objects.filter(pk=program_key.pk).update(made_by=bob)  # while he administered acme
        give(handbook, "bob", Level.READER)
        client = client_for("alice")
        before = snapshot()

        answer = client.delete(f"{MEMBERS}/bob?dryRun=true{query}")

        assert answer.status_code == 200
        assert answer.json() == {
            "_links": {"inf:member": {"href": f"{MEMBERS}/bob"}},
            "username": "bob",
            "organization": "acme",
            "libraries": ["roadmap"],
            "shares": [
                {"libraryId": str(library.pk), "naturalId": library.natural_id, "accessLevel": level}
                for library, level in sorted([(handbook, 1), (roadmap, 3)], key=lambda pair: pair[0].pk)
            ],
            "teams": ["engineering"],
            "powers": [],
            "lastAdministrator": False,
            "keys": [{"id": str(key.pk), "name": "test", "hint": key.hint}],
            "serviceAccountKeys": [
                {"id": str(program_key.pk), "name": "ci", "hint": program_key.hint, "serviceAccount": "builder"}
            ],
            "keysElsewhere": 0,
        }
        assert snapshot() == before

    @pytest.mark.parametrize("query", ["dryRun=yes", "dryRun=", "after=x"])
    def test_a_query_that_is_not_valid_removes_nobody(self, client_for, query):
        client = client_for("alice")
        before = snapshot()
        answer = client.delete(f"{MEMBERS}/carol?{query}")
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{query.partition('=')[0]}"]
        assert snapshot() == before

    @pytest.mark.parametrize("username", ["carol", "alice", "erin", "nobody"])
    def test_a_plain_member_removes_nobody_else(self, client_for, username):
        path = f"{MEMBERS}/{username}"
        for query in ("", "?dryRun=true"):
            answer = client_for("bob").delete(path + query)
            assert (answer.status_code, answer.json()) == (403, only_administrators(path))


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_to_others_there_is_no_such_organization(client_for, method):
    path = f"{MEMBERS}/erin"
    answer = client_for("erin").send(method, path, {})
    expected = problem(404, "There is no such organization.", path, code="organization_not_found")
    assert (answer.status_code, answer.json()) == (404, expected)
