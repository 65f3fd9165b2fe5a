"""Of whom may they know (R9)? What a list of people tells to who asks, and how many more there are."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from libraries.models import Actor, Library, LibraryUserObjectPermission, User
from libraries.models.known import AmongKnown, IsKnown, IsStranger

Form = type[IsKnown] | type[AmongKnown] | type[IsStranger]
"""How the database is asked whether a user is known, or is not."""


@dataclass(frozen=True)
class People:
    """The answer to a question about a library, as far as who asks may know of the people in it.

    named: those of whom they may know, all of them, open to further filters and ordering.
    count_unnamed: how many there are beside these; nothing else is told of them. One query, or none where the library
    reaches nobody else.
    """

    named: QuerySet[Any]
    count_unnamed: Callable[[], int] = int


def is_known(asker: Actor, library: Library, form: Form = IsKnown) -> Q:
    """The users of whom the asker may know when they ask about the library.

    Everybody for superusers and operators. For others themselves, whoever is in an organization with them, and whom a
    share of the library names.
    """
    if asker.is_superuser:
        return Q()
    return Q(form(F("pk"), Value(library.pk), Value(asker.pk)))


def known_of_each(asker: Actor, users: Collection[UUID], libraries: Collection[UUID]) -> Callable[[UUID, UUID], bool]:
    """Whether `is_known` holds of the user, by key, when it is asked about the library. Two queries, however many."""
    if asker.is_superuser:
        return lambda user, library: True
    memberships = User.groups.through.objects
    own = memberships.filter(user=asker.pk, group__organization__isnull=False).values("group")
    in_common = set(memberships.filter(user__in=users, group__in=own).values_list("user", flat=True)) | {asker.pk}
    granted = LibraryUserObjectPermission.objects.filter(user__in=users, content_object__in=libraries)
    named = set(granted.values_list("user", "content_object"))
    return lambda user, library: user in in_common or (user, library) in named


def known_people(asker: Actor, library: Library) -> QuerySet[User]:
    """All of them, whether or not the library reaches them; inactive ones too."""
    return User.objects.filter(is_known(asker, library))
