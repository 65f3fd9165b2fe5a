"""May they? The check, and the doors: libraries by name and shares by id, for whoever may do something to them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from libraries.access.compiled import find_access, find_with_access
from libraries.access.names import Known, Meant, find_meant
from libraries.errors import ActionNotAllowed, LibraryNotFound, ShareNotFound, SharingError
from libraries.models import Actor, Library, Share
from libraries.rules.levels import Action, Kind


def can(user: Actor, library: Library, action: Action) -> bool:
    """May they? One query, by what the database says at this moment."""
    return action in allowed_actions(user, library)


def allowed_actions(user: Actor, library: Library) -> frozenset[Action]:
    """What may they? Every action that the user may do to the library; none for an inactive user. One query."""
    return find_access(user, library.pk).actions


def get_library_for(user: Actor, identifier: str, action: Action) -> Library:
    """The one door: the library under any of its names, with `access`, for one who may do `action`. One query.

    Raises LibraryNotFound for what the user may not see, AmbiguousName for a name by which they see two equally
    (R16), ActionNotAllowed for what they see but may not do.
    """
    library = find_with_access(user, identifier)
    if library is None or Action.VIEW not in library.access.actions:
        raise LibraryNotFound
    if action not in library.access.actions:
        raise ActionNotAllowed(action)
    return library


def get_libraries_for(user: Actor, identifiers: Collection[str]) -> Meant[Library]:
    """The door for many: what the identifiers mean, of the libraries that the user may see, with `access`. One query."""
    found = find_meant(identifiers, libraries=Library.objects.with_access_of(user), user=user)
    return found.keep(lambda library: Action.VIEW in library.access.actions)


def get_share_for(
    user: Actor, library: Library, share_id: UUID, action: Action, *, among: QuerySet[Share] | None = None
) -> Share:
    """The door to one share: the library's under that id, for one who may do `action`, or whose own it is. One query.

    library: brings the user's `access`, from `get_library_for`. among: the shares to look in, such as those that a
    dialect can show; all of the library's otherwise.
    Raises ActionNotAllowed for one who may not, whether there is such a share or not, and ShareNotFound.
    """
    shares = Share.objects.with_principals() if among is None else among
    shares = shares.filter(library=library, pk=share_id)
    if action in library.access.actions:
        refusal: SharingError = ShareNotFound()
    else:
        shares, refusal = shares.filter(kind=Kind.USER, user=user.pk), ActionNotAllowed(action)
    if share := shares.first():
        return share
    raise refusal


def find_libraries(identifiers: Collection[str], *, user: Actor, known: Known = Known.SEEN) -> Meant[Library]:
    """What the identifiers mean to a user who knows of those, whether or not they may see it. One query."""
    return find_meant(identifiers, libraries=Library.objects.all(), user=user, known=known)
