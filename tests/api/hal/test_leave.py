"""DELETE /api/organizations/{slug}/members/{username} of oneself: anyone may leave (R15), R12 and R14 apart."""

import pytest

from libraries.models import OPERATOR, Event, Scope, User
from libraries.people.administrators import set_administrator
from libraries.people.queries import is_member
from libraries.people.service_accounts import create_service_account
from libraries.rules.levels import Level
from tests.api.hal.calls import ACME, snapshot
from tests.api.hal.documents import problem
from tests.factories import level_of, make_user

MEMBERS = f"{ACME}/members"


def leave_link(client, username):
    return client.get(f"{MEMBERS}/{username}").json()["_links"].get("inf:leave")


def test_a_plain_member_leaves(client_for, dave, acme):
    client = client_for("dave")
    href = f"{MEMBERS}/dave{{?successor,dryRun}}"
    assert leave_link(client, "dave") == {"href": href, "templated": True}
    assert leave_link(client, "carol") is None

    answer = client.delete(f"{MEMBERS}/dave")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not is_member(dave, acme)
    event = Event.objects.latest("pk")
    assert (event.action, event.principal, event.actor, event.via) == ("member.removed", "dave", "dave", "hal")
    again = client.delete(f"{MEMBERS}/dave")
    gone = problem(404, "There is no such organization.", f"{MEMBERS}/dave", code="organization_not_found")
    assert (again.status_code, again.json()) == (404, gone)


def test_who_owns_alone_names_a_successor_r12(client_for, bob, carol, acme, roadmap):
    client, path = client_for("bob"), f"{MEMBERS}/bob"
    make_user("retired", member_of=acme, is_active=False)
    before = snapshot()
    assert leave_link(client, "bob")
    assert client.delete(path).json()["libraries"] == ["roadmap"]
    assert client.delete(f"{path}?dryRun=true").json()["libraries"] == ["roadmap"]
    for successor in ("bob", "erin", "nobody", "retired"):
        refused = client.delete(f"{path}?successor={successor}")
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_principal")
    assert snapshot() == before

    assert client.delete(f"{path}?successor=carol").status_code == 204
    assert level_of(carol, roadmap) == Level.OWNER
    assert not is_member(bob, acme)


def test_the_last_administrator_of_others_stays_r14(client_for, alice, bob, acme):
    client, path = client_for("alice"), f"{MEMBERS}/alice"
    before = snapshot()
    assert leave_link(client, "alice") is None
    answer = client.delete(f"{path}?successor=bob")
    detail = "alice is the only active administrator of “acme”. Make another member an administrator first."
    expected = problem(409, detail, path, code="last_administrator", rule="R14")
    assert (answer.status_code, answer.json()) == (409, expected)
    told = client.delete(f"{path}?dryRun=true").json()
    assert (told["powers"], told["lastAdministrator"]) == (["administer_organization"], True)
    assert snapshot() == before

    set_administrator(organization=acme, user=bob, administrator=True, actor=OPERATOR)

    assert leave_link(client, "alice")
    assert client.delete(f"{path}?dryRun=true").json()["lastAdministrator"] is False
    assert client.delete(f"{path}?successor=bob").status_code == 204
    assert not is_member(alice, acme)


def test_the_last_member_of_all_leaves_r14(client_for, erin, frank, globex, lab_notes):
    lab_notes.delete()
    client = client_for("erin")
    path = "/api/organizations/globex/members"
    assert client.delete(f"{path}/erin").json()["code"] == "last_administrator"
    assert client.delete(f"{path}/frank").status_code == 204
    assert "inf:leave" in client.get(f"{path}/erin").json()["_links"]
    assert client.delete(f"{path}/erin").status_code == 204
    assert not User.objects.filter(groups=globex.group_id).exists()


@pytest.mark.parametrize("scopes", [(Scope.LIBRARY_READ,), (Scope.LIBRARY_READ, Scope.LIBRARY_WRITE)])
def test_it_takes_a_key_that_may_change_members(client_for, dave, acme, scopes):
    client = client_for("dave", *scopes)
    assert leave_link(client, "dave") is None
    assert client.delete(f"{MEMBERS}/dave").status_code == 403
    assert is_member(dave, acme)
    assert leave_link(client_for("dave", *scopes, Scope.ORGANIZATION_ADMIN), "dave")


def test_a_service_account_stays_r13(client_for, acme):
    robot = create_service_account(organization=acme, name="gateway", actor=OPERATOR)
    client = client_for("acme.gateway")
    assert leave_link(client, "acme.gateway") is None
    for query in ("", "?dryRun=true"):
        assert client.delete(f"{MEMBERS}/acme.gateway{query}").status_code == 403
    assert is_member(robot, acme)
