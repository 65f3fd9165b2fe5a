"""Locks on who is in what. They are taken in one order, libraries, organizations, teams, users, each kind by key; API keys come last.

What a verb relies on, its actor's power over the organization included, is asked behind its locks: what was asked before
may be over by the time that they are had. Whether the actor is still who they were is asked with the event, which is
written last (`events.standing`).
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from libraries.errors import OrganizationNotFound, SharingError
from libraries.models import Actor, Library, Organization, User

Instance = TypeVar("Instance", bound=Model)


def lock_organization(organization: Organization) -> Organization:
    """Who comes, goes and administers changes in one organization at a time; returns it as it stands now.

    Raises OrganizationNotFound where it is gone.
    """
    return locked(Organization.objects.select_for_update(no_key=True), organization, gone=OrganizationNotFound())


def lock_user(user: User) -> None:
    """Who is in what changes for one user at a time."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first()


def lock_users(*users: Actor) -> set[UUID]:
    """The same for several, of whom operators have no row; returns the keys of those who are there."""
    keys = [user.pk for user in users if user.pk]
    return {user.pk for user in _lock(User.objects.filter(pk__in=keys).only("pk"))}


def lock_powers_of(users: QuerySet[User]) -> None:
    """Lock what the users may be the last in charge of (R14): their organizations, and every active superuser.

    While this waits for one of them, they may join one more organization; then every lock is let go and taken anew.
    """
    theirs = Organization.objects.filter(group__in=User.groups.through.objects.filter(user__in=users).values("group"))
    while True:
        with transaction.atomic():
            organizations = _lock(theirs)
            _lock(User.objects.filter(Q(pk__in=users.values("pk")) | Q(is_superuser=True, is_active=True)))
            if {each.pk for each in organizations}.issuperset(theirs.values_list("pk", flat=True)):
                return
            transaction.set_rollback(True)


def lock_with_principals(shared: QuerySet[Library], *principals: QuerySet[Any]) -> list[Library]:
    """Lock the libraries, then the principals that they are shared with, table by table; returns the libraries.

    While this waits for a principal, one more library may be shared with it. Then every lock is let go and taken
    anew: sharing locks the library first, so whoever locked it last could wait for the sharer, and the sharer for them.
    """
    while True:
        with transaction.atomic():
            libraries = _lock(shared)
            for rows in principals:
                _lock(rows)
            if {library.pk for library in libraries}.issuperset(shared.values_list("pk", flat=True)):
                return libraries
            transaction.set_rollback(True)


def _lock(rows: QuerySet[Instance]) -> list[Instance]:
    """Lock the rows, always in one order, so that two who lock several never wait for each other."""
    return list(rows.order_by("pk").select_for_update(no_key=True))


def locked(rows: QuerySet[Instance], row: Instance, *, gone: SharingError) -> Instance:
    """The row as it stands now, locked as `rows` says. Raises `gone` where it is not there any more."""
    found = rows.filter(pk=row.pk).first()
    if found is None:
        raise gone
    return found
