"""The questions that are asked thousands of times a second, each compiled once for every shape and then only run."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Q

from libraries.access.names import Known, home_of, may_ask_in_its_organization, meant_by, one_meant, with_names_for
from libraries.access.subjects import OF_USERS
from libraries.db.prepared import Prepared, keys
from libraries.db.text import is_storable
from libraries.identifiers import Lookup, is_uuid, lookup_for
from libraries.models import Actor, Library, LibraryQuerySet, Share, User
from libraries.models.libraries import access_by
from libraries.rules.levels import Access

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
_HOME = UUID(int=5)
_SLUG = str(UUID(int=6))

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
    """The library that the user means by it, whether or not they may see it, with their `access`. One query.

    Raises AmbiguousName (R16).
    """
    lookup = lookup_for(identifier)
    statement = _library(_form(lookup), user.is_active, user.is_superuser)
    people = keys({_USER: user.pk, _HOME: home_of(user)})
    return one_meant(identifier, statement.run({**people, **_sought(lookup)}))


def find_for_decision(user: User | None, identifier: str, asker: User) -> tuple[Library | None, bool]:
    """The same with the shares behind the access, and whether the asker may ask about others there. One query.

    user: None for somebody who does not exist. Raises AmbiguousName (R16).
    """
    lookup = lookup_for(identifier)
    subject = user or User(pk=_USER, is_active=False)
    known = Known.SEEN_OR_OPEN if user == asker else Known.OPEN
    statement = _decision(_form(lookup), subject.is_active, subject.is_superuser, known, asker.is_superuser)
    people = keys({_USER: subject.pk, _ASKER: asker.pk, _HOME: home_of(asker)})
    found: Any = one_meant(identifier, statement.run({**people, **_sought(lookup)}))
    return found, asker.is_superuser or (found is not None and found.may_ask)


def find_user(text: str) -> User | None:
    """The user of that username, UUID or e-mail; where it is one's name and another's UUID or e-mail, the former.

    With no more of them than decisions look at. One query; none for a text that nobody can have.
    """
    if not (text and is_storable(text)):
        return None
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
    shown = with_names_for(visible, user).defer(*_HIDDEN_OF_ORGANIZATIONS)
    return Prepared(shown.order_by("name", "id")[:number])


@cache
def _access() -> Prepared[Library]:
    libraries: Any = Library.objects.with_access_of(User(pk=_USER, is_active=True)).select_related(None)
    found = libraries.filter(pk=_LIBRARY).order_by()
    return Prepared(found.values_list("editors_can_share", "_administers", "_reaching"))


@cache
def _library(form: Lookup, active: bool, superuser: bool) -> Prepared[Library]:
    user = User(pk=_USER, is_active=active, is_superuser=superuser, default_organization_id=_HOME)
    libraries = with_names_for(Library.objects.with_access_of(user), user)
    return Prepared(_named(libraries, form, user, Known.SEEN))


@cache
def _decision(form: Lookup, active: bool, superuser: bool, known: Known, asking_superuser: bool) -> Prepared[Library]:
    user = User(pk=_USER, is_active=active, is_superuser=superuser)
    asker = User(pk=_ASKER, is_active=True, is_superuser=asking_superuser, default_organization_id=_HOME)
    libraries = Library.objects.with_access_of(user, with_shares=True)
    return Prepared(_named(libraries.annotate(may_ask=may_ask_in_its_organization(asker)), form, asker, known))


def _named(libraries: LibraryQuerySet, form: Lookup, user: User, known: Known) -> LibraryQuerySet:
    """Those that an identifier of that form could mean to the user, at most two."""
    named = libraries.filter(**{form.column: form.value}, **({"organization__slug": form.slug} if form.slug else {}))
    return meant_by(named, user, known)[:2] if form.is_bare else named.order_by()


def _form(lookup: Lookup) -> Lookup:
    """The identifier with markers for what it says."""
    value = _LIBRARY if lookup.column == "pk" else str(_LIBRARY)
    return Lookup(lookup.column, value, _SLUG if lookup.slug else "")


def _sought(lookup: Lookup) -> dict[Any, Any]:
    """What takes the place of the markers."""
    if lookup.column == "pk":
        return keys({_LIBRARY: lookup.value})
    return {str(_LIBRARY): lookup.value, _SLUG: lookup.slug}
