"""Whose keys one makes and revokes: one's own, and those of service accounts in one's organization (R10)."""

import pytest

from libraries.errors import KeyOfAnother
from libraries.models import OPERATOR, ApiKey, OrganizationUserObjectPermission, User
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key, revoke_api_key, service_accounts_of
from libraries.people.members import add_member
from libraries.rules.levels import Level
from tests.factories import give, make_user


@pytest.fixture
def robot(acme):
    return make_user("robot", member_of=acme, password="!")


def may_make(actor, user):
    """Whether the actor makes and revokes the user's keys; both are asked, and refused alike."""
    key, _ = create_api_key(user=user, name="asked", actor=OPERATOR)
    answers = []
    for verb, values in ((create_api_key, {"user": user, "name": "made"}), (revoke_api_key, {"key": key})):
        try:
            verb(**values, actor=actor)
            answers.append(True)
        except KeyOfAnother:
            answers.append(False)
    assert answers in ([True, True], [False, False])
    return answers[0]


def test_ones_own_are_ones_own_business(alice, bob):
    assert may_make(bob, bob)
    assert not may_make(alice, User.objects.get(username="erin"))


def test_administrators_make_those_of_service_accounts_and_members_do_not(alice, bob, erin, robot, admin_user):
    assert may_make(alice, robot)
    assert may_make(admin_user, robot)
    assert not may_make(bob, robot)
    assert not may_make(erin, robot)


def test_nobody_makes_anothers_who_signs_in_by_themselves(alice, robot):
    robot.set_password("correct horse battery staple")
    robot.save()
    assert not may_make(alice, robot)

    robot.set_unusable_password()
    robot.save()
    assert may_make(alice, robot)


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
def test_no_key_makes_an_administrator_more_than_they_are(alice, robot, power):
    User.objects.filter(pk=robot.pk).update(**{power: True})

    assert not may_make(alice, robot)


def test_an_account_that_reaches_further_is_not_theirs_to_use(alice, robot, globex, lab_notes):
    share = give(lab_notes, "team:research", Level.READER)
    assert may_make(alice, robot)

    add_member(organization=globex, user=robot, actor=OPERATOR)
    assert not may_make(alice, robot)

    give(lab_notes, "robot", Level.READER)
    robot.groups.remove(globex.group_id)
    assert not may_make(alice, robot)

    lab_notes.shares.exclude(pk=share.pk).filter(user=robot).delete()
    assert may_make(alice, robot)


def test_a_power_elsewhere_counts_as_reaching_further(alice, robot, globex):
    add_member(organization=globex, user=robot, actor=OPERATOR)
    set_administrator(organization=globex, user=robot, administrator=True, actor=OPERATOR)
    robot.groups.remove(globex.group_id)
    assert not may_make(alice, robot)

    OrganizationUserObjectPermission.objects.filter(user=robot).delete()
    assert may_make(alice, robot)


def test_teams_of_the_organization_are_no_further(alice, robot, engineering):
    robot.groups.add(engineering.group_id)

    assert may_make(alice, robot)


def test_whoever_administers_both_makes_them(alice, globex, robot):
    add_member(organization=globex, user=robot, actor=OPERATOR)
    assert robot not in service_accounts_of(alice)

    add_member(organization=globex, user=alice, actor=OPERATOR)
    set_administrator(organization=globex, user=alice, administrator=True, actor=OPERATOR)
    assert robot in service_accounts_of(alice)


def test_a_refusal_says_what_to_do_and_leaves_nothing(alice, erin):
    with pytest.raises(KeyOfAnother) as refused:
        create_api_key(user=erin, name="spare", actor=alice)

    assert str(refused.value) == (
        "You cannot manage the API keys of “erin”: only your own, and those of service accounts (members without a"
        " password, in no other organization) of an organization that you administer. Let them do it themselves, or ask a"
        " superuser."
    )
    assert not ApiKey.objects.filter(user=erin).exists()


def test_an_inactive_actor_makes_none(alice):
    alice.is_active = False

    with pytest.raises(KeyOfAnother):
        create_api_key(user=alice, name="late", actor=alice)
