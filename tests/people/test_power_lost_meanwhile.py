"""Who loses a power while a change of theirs waits for its locks makes no change (R10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from libraries.errors import CredentialEnded, NotAdministrator, NotSuperuser, PowerLost
from libraries.models import Organization, OrganizationUserObjectPermission, Team, User
from libraries.people import organizations, teams
from libraries.people.accounts import change_account, create_account, delete_account
from libraries.people.organizations import change_organization, create_organization, delete_organization
from libraries.people.teams import add_team_member, change_team, delete_team, put_team, remove_team_member
from tests.api.hal.calls import snapshot
from tests.people.losing_power import losing_power


class Cast(NamedTuple):
    actor: User
    acme: Organization
    team: Team
    bob: User
    dave: User


OF_ADMINISTRATORS: dict[str, tuple[Any, Callable[[Cast], Any]]] = {
    "change an organization": (
        organizations,
        lambda cast: change_organization(organization=cast.acme, changes={"name": "X"}, actor=cast.actor),
    ),
    "make a team": (
        teams,
        lambda cast: put_team(organization=cast.acme, slug="legal", changes={"name": "Legal"}, actor=cast.actor),
    ),
    "change a team": (teams, lambda cast: change_team(team=cast.team, changes={"name": "X"}, actor=cast.actor)),
    "delete a team": (teams, lambda cast: delete_team(team=cast.team, actor=cast.actor)),
    "add to a team": (teams, lambda cast: add_team_member(team=cast.team, user=cast.dave, actor=cast.actor)),
    "remove from a team": (teams, lambda cast: remove_team_member(team=cast.team, user=cast.bob, actor=cast.actor)),
}
OF_SUPERUSERS: dict[str, Callable[[Cast], Any]] = {
    "found an organization": lambda cast: create_organization(slug="initech", name="Initech", actor=cast.actor),
    "dissolve an organization": lambda cast: delete_organization(organization=cast.acme, actor=cast.actor),
    "open an account": lambda cast: create_account(username="judy", actor=cast.actor),
    "change an account": lambda cast: change_account(user=cast.bob, changes={"last_name": "X"}, actor=cast.actor),
    "delete an account": lambda cast: delete_account(user=cast.dave, actor=cast.actor),
    **{name: verb for name, (_, verb) in OF_ADMINISTRATORS.items()},
}


@pytest.fixture
def cast(alice, acme, engineering, bob, dave):
    return Cast(alice, acme, engineering, bob, dave)


@pytest.mark.parametrize("name", OF_ADMINISTRATORS)
def test_an_administrator_who_is_none_when_the_lock_is_had(cast, name):
    module, verb = OF_ADMINISTRATORS[name]
    with losing_power(cast.actor, module) as waits, pytest.raises(NotAdministrator):
        verb(cast)
    assert waits
    assert OrganizationUserObjectPermission.objects.filter(user=cast.actor).exists()  # all of it was rolled back
    verb(cast)


@pytest.mark.parametrize(
    ("less", "refusal"), [({"is_superuser": False}, PowerLost), ({"is_active": False}, CredentialEnded)]
)
@pytest.mark.parametrize("name", OF_SUPERUSERS)
def test_a_superuser_who_is_none_when_it_is_written(cast, admin_user, name, less, refusal):
    """The console's and the commands' actor was read when they began."""
    cast = cast._replace(actor=admin_user)
    if name == "dissolve an organization":
        cast.acme.libraries.all().delete()
    User.objects.filter(pk=admin_user.pk).update(**less)
    if name == "delete an account":
        cast.dave.groups.clear()
    before = snapshot()

    with pytest.raises((refusal, NotSuperuser, NotAdministrator)):
        OF_SUPERUSERS[name](cast)
    assert snapshot() == before

    User.objects.filter(pk=admin_user.pk).update(is_superuser=True, is_active=True)
    OF_SUPERUSERS[name](cast)
    assert snapshot() != before
