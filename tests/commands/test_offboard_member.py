"""manage.py offboard_member ORG USER [--successor USER --dry-run --json]"""

import pytest

from libraries.models import OPERATOR, ApiKey, Event, Scope, Share
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key, revoke_api_key
from libraries.people.members import add_member
from libraries.people.queries import is_member
from libraries.people.service_accounts import create_service_account
from libraries.rules.levels import Level
from tests.api.hal.calls import snapshot
from tests.commands.conftest import ODD_TEXTS
from tests.factories import give, level_of


@pytest.fixture
def key(bob):
    """Bob's laptop; his old phone's key is revoked."""
    old, _ = create_api_key(user=bob, name="phone", actor=OPERATOR)
    revoke_api_key(key=old, actor=OPERATOR)
    return create_api_key(user=bob, name="laptop", scopes=[Scope.LIBRARY_READ, Scope.KEY_MANAGE], actor=OPERATOR)[0]


def test_it_hands_over_takes_and_says_so_r12(run, acme, bob, carol, handbook, roadmap, key):
    give(handbook, "bob", Level.READER)

    said = run("offboard_member", "acme", "bob", "--successor", "carol")

    heading, *lines = said.out.splitlines()
    assert heading == "bob has left acme."
    shares = lines.pop(1)
    assert lines == [
        "  libraries handed over to carol: roadmap",
        "  teams left: engineering",
        "  powers taken: none",
        f"  API keys ended: laptop ({key.hint}…)",
        "  API keys of service accounts ended, which they made: none",
    ]
    assert sorted(shares.removeprefix("  shares ended: ").split(", ")) == ["handbook (READER)", "roadmap (OWNER)"]
    assert not is_member(bob, acme)
    assert not Share.objects.filter(user=bob).exists()
    assert level_of(carol, roadmap) == Level.OWNER
    assert Event.objects.latest("pk").via == "command"


@pytest.fixture
def program_key(bob, acme, globex, key):
    """One that bob made for acme's robot; with his laptop's he made one for globex's, too, while he had a say there."""
    for organization in (acme, globex):
        add_member(organization=organization, user=bob, actor=OPERATOR)
        set_administrator(organization=organization, user=bob, administrator=True, actor=OPERATOR)
    theirs, ours = (
        create_service_account(organization=organization, name="robot", actor=bob) for organization in (globex, acme)
    )
    create_api_key(user=theirs, name="ci", scopes=[Scope.LIBRARY_READ], asking_key=key, actor=bob)
    made, _ = create_api_key(user=ours, name="ci", actor=bob)
    set_administrator(organization=acme, user=bob, administrator=False, actor=OPERATOR)
    return made


def test_their_keys_end_and_those_that_they_made_for_service_accounts_r13(run, client_for, bob, program_key):
    client = client_for("bob")
    assert client.get("/api/me").status_code == 200
    run("offboard_member", "acme", "bob", "--successor", "carol")
    assert client.get("/api/me").status_code == 401
    assert not ApiKey.objects.filter(user__in=[bob, program_key.user], revoked_at=None).exists()


def test_a_service_account_does_not_leave_r13(run, refusal_of):
    run("create_service_account", "acme", "robot")
    before = snapshot()
    for dry in ((), ("--dry-run",)):
        assert refusal_of("offboard_member", "acme", "acme.robot", *dry) == (
            "“acme.robot” is a service account: it stays in its organization until it is deleted. (R13)"
        )
    assert snapshot() == before


def test_a_dry_run_tells_the_same_and_does_nothing_r12_r13(run, bob, roadmap, key, program_key):
    before = snapshot()
    said = run("offboard_member", "acme", "bob", "--dry-run")
    assert said.out == (
        "bob would leave acme.\n"
        "  libraries that need a successor: roadmap\n"
        "  shares ended: roadmap (OWNER)\n"
        "  teams left: engineering\n"
        "  powers taken: none\n"
        f"  API keys ended: laptop ({key.hint}…)\n"
        f"  API keys of service accounts ended, which they made: acme.robot: ci ({program_key.hint}…)\n"
        "  API keys of service accounts elsewhere ended: 1\n"
    )
    assert snapshot() == before


def test_it_prints_json_for_programs(run, bob, roadmap, key, program_key):
    document = {
        "username": "bob",
        "organization": "acme",
        "successor": "carol",
        "libraries": ["roadmap"],
        "shares": [{"libraryId": str(roadmap.pk), "naturalId": "roadmap", "accessLevel": 3}],
        "teams": ["engineering"],
        "powers": [],
        "lastAdministrator": False,
        "keys": [{"id": str(key.pk), "name": "laptop", "hint": key.hint}],
        "serviceAccountKeys": [
            {"id": str(program_key.pk), "name": "ci", "hint": program_key.hint, "serviceAccount": "robot"}
        ],
        "keysElsewhere": 1,
    }
    command = ("offboard_member", "acme", "bob", "--successor", "carol", "--json")
    assert run(*command, "--dry-run").document == {"dryRun": True, **document}
    assert run(*command).document == {"dryRun": False, **document}


def test_it_is_refused_while_they_alone_own_anything_r12(refusal_of, bob, acme):
    before = snapshot()
    assert refusal_of("offboard_member", "acme", "bob") == (
        "bob is the only owner of roadmap. Name a successor, or transfer these first. (R12)"
    )
    assert snapshot() == before


def test_the_last_administrator_of_others_stays_and_a_dry_run_says_so_r14(run, refusal_of, alice, acme):
    command = ("offboard_member", "acme", "alice", "--successor", "bob")
    before = snapshot()
    assert refusal_of(*command) == (
        "alice is the only active administrator of “acme”. Make another member an administrator first. (R14)"
    )
    assert run(*command, "--dry-run", "--json").document["lastAdministrator"] is True
    assert (
        "  kept from leaving by: being the only active administrator of other members (R14)\n"
        in run(*command, "--dry-run").out
    )
    assert snapshot() == before


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize("successor", ["erin", "bob"])
def test_a_successor_is_another_member_r12(refusal_of, dry, successor):
    refusal = refusal_of("offboard_member", "acme", "bob", "--successor", successor, *dry)
    assert refusal == f"“{successor}” cannot take over: name another active member. (R8)"


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
def test_whom_and_what_it_does_not_know_it_names(refusal_of, dry):
    assert refusal_of("offboard_member", "nowhere", "bob", *dry) == "There is no organization “nowhere”."
    assert refusal_of("offboard_member", "acme", "nobody", *dry) == "There is no user “nobody”."
    assert refusal_of("offboard_member", "acme", "bob", "--successor", "x", *dry) == "There is no user “x”."
    assert refusal_of("offboard_member", "acme", "erin", *dry) == "erin is not a member of “acme”."


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_odd_arguments_are_refused_one_by_one(refusal_of, odd):
    refusal_of("offboard_member", "--", odd, "bob")
    refusal_of("offboard_member", "--", "acme", odd)
