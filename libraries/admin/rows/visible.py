"""Rows that the console shows to who asks, and how people name them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from libraries.access.names import Meant, find_meant
from libraries.admin.rows.scope import scoped
from libraries.console import actor_of
from libraries.db.text import could_be_found
from libraries.identifiers import is_uuid
from libraries.models import Library, User

Instance = TypeVar("Instance", bound=Model)


def visible_rows(request: HttpRequest, model: type[Instance]) -> QuerySet[Instance]:
    """The rows of the table that the console shows to who asks."""
    return scoped(model._default_manager.all(), request)


def libraries_named(request: HttpRequest, names: Collection[str]) -> Meant[Library]:
    """The libraries that these names of theirs mean, of those that the console shows to who asks. One query."""
    return find_meant(names, libraries=scoped(Library.objects.all(), request), user=actor_of(request), known=None)


def library_named(request: HttpRequest, name: str) -> Library | None:
    """The one of that name. Raises AmbiguousName (R16)."""
    return libraries_named(request, [name.strip()]).one(name.strip())


def person_named(request: HttpRequest, name: str) -> User | None:
    """The person of that username, e-mail or UUID."""
    name = name.strip()
    if not name or not could_be_found(name):
        return None
    called: Any = Q(pk=UUID(name)) if is_uuid(name) else Q(username=name) | Q(email__iexact=name)
    return visible_rows(request, User).filter(called).order_by("username").first()
