"""The questions that are asked thousands of times a second, each compiled once for every shape and then only run."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from libraries.access.subjects import OF_USERS
from libraries.db.prepared import Prepared, keys
from libraries.identifiers import is_uuid, lookup_for
from libraries.models import ADMINISTER, CHECK_ACCESS, Actor, Library, OrganizationUserObjectPermission, Share, User
from libraries.models.libraries import access_by
from libraries.rules.levels import Access

POWERS_TO_ASK = (ADMINISTER, CHECK_ACCESS)
"""What lets somebody ask about others in an organization (R10)."""

# Stand in the compiled statements for a run's own values.
_USER = UUID(int=1)
_LIBRARY = UUID(int=2)
_ASKER = UUID(int=3)
_AFTER = UUID(int=4)
_NAME, _EMAIL = "name", "email"

_SHOWN_OF_SHARES = (
    *("library", "kind", "level", "expires_at", "note", "created_at", "updated_at", "granted_by__username"),
    *("user__username", "team__slug", "organization__slug"),
)
_HIDDEN_OF_ORGANIZATIONS = tuple(f"organization__{field}" for field in ("name", "sharing_scope", "created_at", "group"))

THE_BEGINNING = UUID(int=0)
"""Less than any row's key."""


def find_access(user: Actor, library: UUID) -> Access:
    """What the user ends up with on the library of that key; nothing where it is gone. One query."""
    if not user.is_active:
        return Access()
    for editors_can_share, administers, reaching in _access().columns(keys({_USER: user.pk, _LIBRARY: library})):
        return access_by(reaching, bool(administers), user.is_superuser, bool(editors_can_share))
    return Access()


def find_with_access(user: Actor, identifier: str) -> Library | None:
    """The library of that identifier, whoever may see it, with the user's `access`. One query."""
    column, value = lookup_for(identifier)
    statement = _library(column, user.is_active, user.is_superuser)
    return next(iter(statement.run({**keys({_USER: user.pk}), **_sought(column, value)})), None)


def find_for_decision(user: User | None, identifier: str, asker: User) -> tuple[Library | None, bool]:
    """The same with the shares behind the access, and whether the asker may ask about others there. One query.

    user: None for somebody who does not exist.
    """
    column, value = lookup_for(identifier)
    subject = user or User(pk=_USER, is_active=False)
    statement = _decision(column, subject.is_active, subject.is_superuser)
    people = keys({_USER: subject.pk, _ASKER: asker.pk})
    found: Any = next(iter(statement.run({**people, **_sought(column, value)})), None)
    return found, asker.is_superuser or (found is not None and found.may_ask)


def find_user(text: str) -> User | None:
    """The user of that username, UUID or e-mail; where it is one's name and another's UUID or e-mail, the former.

    With no more of them than decisions look at. One query.
    """
    key = UUID(text) if is_uuid(text) else None
    values = {_NAME: text, _EMAIL: text.lower(), **(keys({_USER: key}) if key else {})}
    found = _user(key is not None, "@" in text).run(values)
    return min(found, key=lambda user: (user.username != text, user.pk != key), default=None)


def next_shares(library: Library, number: int, *, after: UUID = THE_BEGINNING) -> list[Share]:
    """The library's shares behind that key with their principals, the oldest first, at most so many. One query."""
    shares = _next_shares(number).run(keys({_LIBRARY: library.pk, _AFTER: after}))
    for share in shares:
        share.library = library
    return shares


def first_visible_libraries(user: Actor, number: int) -> list[Library]:
    """Those that the user may see (R9), in the order of their names, at most so many, with `access`. Two queries."""
    walking = not Library.objects.sees_few(user)
    return _first_libraries(user.is_active, user.is_superuser, walking, number).run(keys({_USER: user.pk}))


@cache
def _user(by_key: bool, by_email: bool) -> Prepared[User]:
    named = Q(username=_NAME)
    if by_key:
        named |= Q(pk=_USER)
    if by_email:
        named |= Q(email__lower=_EMAIL)
    return Prepared(User.objects.only(*OF_USERS).filter(named).order_by())


@lru_cache
def _next_shares(number: int) -> Prepared[Share]:
    behind = Share.objects.with_principals().filter(library=_LIBRARY, id__gt=_AFTER)
    return Prepared(behind.only(*_SHOWN_OF_SHARES).order_by("id")[:number])


@lru_cache
def _first_libraries(active: bool, superuser: bool, walking: bool, number: int) -> Prepared[Library]:
    user = User(pk=_USER, is_active=active, is_superuser=superuser)
    visible = Library.objects.visible_to(user, walking=walking).with_access_of(user)
    return Prepared(visible.defer(*_HIDDEN_OF_ORGANIZATIONS).order_by("name", "id")[:number])


@cache
def _access() -> Prepared[Library]:
    libraries: Any = Library.objects.with_access_of(User(pk=_USER, is_active=True)).select_related(None)
    found = libraries.filter(pk=_LIBRARY).order_by()
    return Prepared(found.values_list("editors_can_share", "_administers", "_reaching"))


@cache
def _library(column: str, active: bool, superuser: bool) -> Prepared[Library]:
    user = User(pk=_USER, is_active=active, is_superuser=superuser)
    return Prepared(Library.objects.with_access_of(user).filter(**{column: _marker(column)}).order_by())


@cache
def _decision(column: str, active: bool, superuser: bool) -> Prepared[Library]:
    user = User(pk=_USER, is_active=active, is_superuser=superuser)
    powers = OrganizationUserObjectPermission.objects.to(*POWERS_TO_ASK)
    may_ask = Exists(powers.filter(content_object=OuterRef("organization"), user=_ASKER))
    libraries: Any = Library.objects.with_access_of(user, with_shares=True).annotate(may_ask=may_ask)
    return Prepared(libraries.filter(**{column: _marker(column)}).order_by())


def _marker(column: str) -> UUID | str:
    return _LIBRARY if column == "pk" else str(_LIBRARY)


def _sought(column: str, value: Any) -> dict[Any, Any]:
    return keys({_LIBRARY: value}) if column == "pk" else {str(_LIBRARY): value}
