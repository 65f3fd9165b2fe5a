"""Whose keys end when a person is let go or deactivated (R13)."""

from __future__ import annotations

import pytest

from libraries.models import OPERATOR, Event
from libraries.people.accounts import change_account
from libraries.people.administrators import set_administrator
from libraries.people.departure import preview_departure
from libraries.people.keys import create_api_key, find_api_key, revoke_api_key
from libraries.people.members import add_member, remove_member
from libraries.people.service_accounts import create_service_account


@pytest.fixture
def dave(dave, acme):
    """Dave administers acme, too: he is one who makes keys for its programs."""
    set_administrator(organization=acme, user=dave, administrator=True, actor=OPERATOR)
    return dave


@pytest.fixture
def robot(acme):
    return create_service_account(organization=acme, name="robot", actor=OPERATOR)


@pytest.fixture
def keys(dave, alice, robot):
    """Name to secret: dave's own, those that he made for the robot and what it made of them, and others'."""
    made = {
        "own": create_api_key(user=dave, name="own", actor=dave),
        "for a program": create_api_key(user=robot, name="for a program", actor=dave),
        "alice's": create_api_key(user=alice, name="alice's", actor=alice),
        "alice's for a program": create_api_key(user=robot, name="alice's for a program", actor=alice),
        "ended": create_api_key(user=dave, name="ended", actor=dave),
    }
    asked_by, _ = made["for a program"]
    made["by that one"] = create_api_key(user=robot, name="by that one", asking_key=asked_by, actor=robot)
    revoke_api_key(key=made["ended"][0], actor=dave)
    return {name: secret for name, (_, secret) in made.items()}


def live(keys):
    return {name for name, secret in keys.items() if find_api_key(secret)}


def revoked():
    events = Event.objects.filter(action="key.revoked", actor="alice")
    return {(event.details["key"], event.principal, event.organization) for event in events}


def test_who_is_let_go_takes_along_what_they_made(alice, dave, robot, acme, keys):
    assert live(keys) == {*keys} - {"ended"}
    told = preview_departure(organization=acme, user=dave, actor=alice)
    assert [key.name for key in told.keys] == ["own"]
    assert [key.name for key in told.program_keys] == ["for a program", "by that one"]
    assert live(keys) == {*keys} - {"ended"}

    remove_member(organization=acme, user=dave, actor=alice)

    assert live(keys) == {"alice's", "alice's for a program"}
    assert revoked() == {
        ("own", "dave", ""),
        ("for a program", "acme.robot", "acme"),
        ("by that one", "acme.robot", "acme"),
    }


def test_who_leaves_of_their_own_accord_keeps_their_own(dave, acme, keys):
    told = preview_departure(organization=acme, user=dave, actor=dave)
    assert told.keys == []
    assert [key.name for key in told.program_keys] == ["for a program", "by that one"]

    remove_member(organization=acme, user=dave, actor=dave)

    assert live(keys) == {"own", "alice's", "alice's for a program"}


def test_so_does_who_is_deactivated(admin_user, dave, robot, keys):
    change_account(user=dave, changes={"first_name": "Dave"}, actor=admin_user)
    assert live(keys) == {*keys} - {"ended"}

    change_account(user=dave, changes={"is_active": False}, actor=admin_user)
    change_account(user=dave, changes={"is_active": True}, actor=admin_user)

    assert live(keys) == {"alice's", "alice's for a program"}


def test_what_was_made_for_programs_elsewhere_stays_and_is_not_told_by_name(alice, dave, acme, globex, keys):
    add_member(organization=globex, user=dave, actor=OPERATOR)
    set_administrator(organization=globex, user=dave, administrator=True, actor=OPERATOR)
    theirs = create_service_account(organization=globex, name="theirs", actor=dave)
    apart = create_api_key(user=theirs, name="apart", actor=dave)[1]
    asking_key = find_api_key(keys["own"])
    below = create_api_key(user=theirs, name="below", asking_key=asking_key, actor=dave)[1]

    told = preview_departure(organization=acme, user=dave, actor=alice)
    assert [key.name for key in told.program_keys] == ["for a program", "by that one"]
    assert told.keys_elsewhere == 1
    remove_member(organization=acme, user=dave, actor=alice)

    assert find_api_key(apart)
    assert not find_api_key(below)
