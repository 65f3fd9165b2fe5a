"""The verbs on accounts."""

from contextlib import nullcontext

import pytest
from django.core.management import CommandError, call_command

from libraries.errors import AccountInUse, InvalidText, NameTaken, NotSuperuser, UnknownPrincipal
from libraries.models import OPERATOR, ApiKey, Event, User
from libraries.people.accounts import change_account, create_account, delete_account, recording_password


def latest():
    event = Event.objects.latest("id")
    return event.action, event.actor, event.principal, event.details


def test_superusers_open_accounts(admin_user, alice):
    with pytest.raises(NotSuperuser):
        create_account(username="grace", actor=alice)
    assert not User.objects.filter(username="grace").exists()

    grace = create_account(username="grace", email="grace@acme.example", actor=admin_user)

    assert not grace.has_usable_password()
    assert latest() == ("user.created", "admin", "grace", {})


@pytest.mark.parametrize(
    ("columns", "field"),
    [({"username": "alice"}, "username"), ({"username": "grace", "email": "ALICE@acme.example"}, "email")],
)
def test_names_that_are_taken_are_refused(world, columns, field):
    with pytest.raises(NameTaken) as refused:
        create_account(**columns, actor=OPERATOR)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["аlice", "bob@acme.example", "..", "team:x", "a" * 151])
def test_a_name_that_none_can_have_is_refused(world, name):
    with pytest.raises(InvalidText) as refused:
        create_account(username=name, actor=OPERATOR)
    assert refused.value.field == "username"
    assert not User.objects.filter(username=name).exists()


def test_a_name_from_before_stays_until_it_is_changed(bob):
    User.objects.filter(pk=bob.pk).update(username="bob@acme.example")
    old = User.objects.get(pk=bob.pk)

    assert change_account(user=old, changes={"first_name": "Bob", "username": "bob@acme.example"}, actor=OPERATOR)
    with pytest.raises(InvalidText):
        change_account(user=old, changes={"username": "bоb"}, actor=OPERATOR)
    assert change_account(user=old, changes={"username": "bob"}, actor=OPERATOR)


def test_the_first_superuser_is_named_by_the_same_rule(world):
    for name, made in (("аlice", False), ("root@acme.example", False), ("root", True)):
        with nullcontext() if made else pytest.raises(CommandError, match="A username|The letters"):
            call_command("createsuperuser", interactive=False, username=name, email="root@acme.example", verbosity=0)
        assert User.objects.filter(username=name).exists() == made


def test_superusers_change_accounts(admin_user, alice, bob):
    with pytest.raises(NotSuperuser):
        change_account(user=bob, changes={"is_superuser": True}, actor=bob)

    assert change_account(user=bob, changes={"is_active": False}, actor=admin_user)
    assert not change_account(user=bob, changes={"is_active": False}, actor=admin_user)

    assert not User.objects.get(pk=bob.pk).is_active
    assert latest() == ("user.changed", "admin", "bob", {"is_active": [True, False]})
    with pytest.raises(NameTaken):
        change_account(user=bob, changes={"email": alice.email}, actor=admin_user)


def test_an_account_is_deleted_once_it_has_no_shares(admin_user, erin, frank, key_for):
    key_for("frank")
    with pytest.raises(NotSuperuser):
        delete_account(user=frank, actor=erin)
    with pytest.raises(AccountInUse) as refused:
        delete_account(user=erin, actor=admin_user)
    assert refused.value.libraries == ["lab-notes"]

    delete_account(user=frank, actor=admin_user)

    assert not User.objects.filter(username="frank").exists()
    assert not ApiKey.objects.filter(user=frank.pk).exists()
    assert Event.objects.filter(action="member.removed", principal="frank", organization="globex").exists()
    assert latest() == ("user.deleted", "admin", "frank", {})
    with pytest.raises(UnknownPrincipal):
        delete_account(user=frank, actor=admin_user)


def test_a_password_is_recorded_when_it_changes(bob, admin_user):
    before = Event.objects.count()
    with recording_password(bob, actor=admin_user):
        pass
    assert Event.objects.count() == before

    with recording_password(bob, actor=admin_user):
        bob.set_password("correct horse battery staple")
        bob.save()

    assert latest() == ("user.changed", "admin", "bob", {"password": [None, None]})
