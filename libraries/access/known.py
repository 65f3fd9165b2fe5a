"""Of whom may they know (R9)? What a list of people tells to who asks, and how many more there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from libraries.models import Actor, Library, User
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


def known_people(asker: Actor, library: Library) -> QuerySet[User]:
    """All of them, whether or not the library reaches them; inactive ones too."""
    return User.objects.filter(is_known(asker, library))
