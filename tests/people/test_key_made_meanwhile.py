"""Who is let go or loses a power while a key is being made leaves none behind (R13), and makes no service account (R10)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection, transaction

from libraries.errors import CredentialEnded, KeyOfAnother, NotAdministrator, ServiceAccountNotFound
from libraries.models import OPERATOR, ApiKey, Organization, OrganizationUserObjectPermission, User
from libraries.people import keys, service_accounts
from libraries.people.accounts import change_account
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key, revoke_api_key
from libraries.people.members import remove_member
from libraries.people.service_accounts import change_service_account, create_service_account, delete_service_account
from tests.at_once import at_once
from tests.factories import make_user
from tests.people.losing_power import losing_power

REFUSALS = (NotAdministrator, KeyOfAnother)
VERBS: dict[str, tuple[Any, Callable[[Any, Any, ApiKey], Any]]] = {
    "make a service account": (
        service_accounts,
        lambda actor, robot, key: create_service_account(organization=robot.service_of, name="droid", actor=actor),
    ),
    "change a service account": (
        service_accounts,
        lambda actor, robot, key: change_service_account(account=robot, changes={"active": False}, actor=actor),
    ),
    "delete a service account": (
        service_accounts,
        lambda actor, robot, key: delete_service_account(account=robot, actor=actor),
    ),
    "make its key": (keys, lambda actor, robot, key: create_api_key(user=robot, name="new", actor=actor)),
    "end its key": (keys, lambda actor, robot, key: revoke_api_key(key=key, actor=actor)),
}


@pytest.fixture
def robot(acme):
    return create_service_account(organization=acme, name="robot", actor=OPERATOR)


@pytest.mark.parametrize("name", VERBS)
def test_an_administrator_who_is_none_when_the_lock_is_had(alice, robot, name):
    module, verb = VERBS[name]
    key, _ = create_api_key(user=robot, name="old", actor=OPERATOR)
    with losing_power(alice, module) as waits, pytest.raises(REFUSALS):
        verb(alice, robot, key)
    assert waits
    assert OrganizationUserObjectPermission.objects.filter(user=alice).exists()  # all of it was rolled back
    verb(alice, robot, key)


@pytest.mark.parametrize("name", ["make its key", "end its key"])
def test_one_of_an_account_that_is_gone_is_refused(robot, name):
    key, _ = create_api_key(user=robot, name="old", actor=OPERATOR)
    delete_service_account(account=User.objects.get(pk=robot.pk), actor=OPERATOR)
    with pytest.raises(ServiceAccountNotFound):
        VERBS[name][1](OPERATOR, robot, key)


LETTING_GO = {
    "removed": lambda judy, acme: remove_member(organization=acme, user=judy, actor=OPERATOR),
    "leaving": lambda judy, acme: remove_member(organization=acme, user=judy, actor=judy),
    "deactivated": lambda judy, acme: change_account(user=judy, changes={"is_active": False}, actor=OPERATOR),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one writer in at a time, so these two never meet"
)
@pytest.mark.parametrize("way", LETTING_GO)
def test_who_is_let_go_while_they_make_a_key_leaves_none(world, way):
    """The key is written, and not yet to be seen, when they are let go: that waits for it."""
    acme = Organization.objects.get(slug="acme")
    robot = create_service_account(organization=acme, name="robot", actor=OPERATOR)
    judy = make_user("judy", member_of=acme)
    set_administrator(organization=acme, user=judy, administrator=True, actor=OPERATOR)
    made, gone = Signal(), Signal()

    def make() -> None:
        with transaction.atomic():
            create_api_key(user=robot, name="new", actor=User.objects.get(pk=judy.pk))
            made.set()
            gone.wait(timeout=0.5)  # it is not gone by then, unless nothing is waited for

    def let_go() -> None:
        made.wait(timeout=30)
        LETTING_GO[way](User.objects.get(pk=judy.pk), acme)
        gone.set()

    assert at_once([make, let_go]) == [None, None]
    assert [key.name for key in ApiKey.objects.filter(user=robot, revoked_at=None)] == []
    with pytest.raises((KeyOfAnother, CredentialEnded)):
        create_api_key(user=robot, name="later", actor=judy)
