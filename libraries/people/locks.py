"""Locks on who is in what. They are taken in one order, libraries, teams, users, each kind by key; API keys come last.

What a verb relies on, its actor's power over the organization included, is asked behind its locks: what was asked before
may be over by the time that they are had. Whether the actor is still who they were is asked with the event, which is
written last (`events.standing`).
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from libraries.errors import SharingError
from libraries.models import Library, User

Instance = TypeVar("Instance", bound=Model)


def lock_user(user: User) -> None:
    """Who is in what changes for one user at a time. Locks are taken in one order: libraries, teams, users."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first()


def lock_with_principals(shared: QuerySet[Library], principals: QuerySet[Any]) -> list[Library]:
    """Lock the libraries, then the principals that they are shared with; returns the libraries.

    While this waits for a principal, one more library may be shared with it. Then every lock is let go and taken
    anew: sharing locks the library first, so whoever locked it last could wait for the sharer, and the sharer for them.
    """
    while True:
        with transaction.atomic():
            libraries = _lock(shared)
            _lock(principals)
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
