"""The verbs on shares: each does the whole change, rules, grants, counts and event, in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime
from enum import Enum
from typing import Final, cast

from django.db import transaction
from django.utils import timezone

from libraries.access import get_library_for
from libraries.errors import (
    ActionNotAllowed,
    ExpiryRefused,
    InvalidText,
    LevelAboveOwn,
    LibraryNotFound,
    OnlyUsersOwn,
    OwnShareFixed,
    ShareNotFound,
    UnknownPrincipal,
)
from libraries.levels import Access, Action, Kind, Level
from libraries.models import Actor, Library, Share, User
from libraries.models.shares import NOTE_LENGTH
from libraries.principals import Principal, PrincipalReference
from libraries.text import is_storable
from libraries.writes import erase_share, hand_over, write_share


class Keep(Enum):
    """Stands for: leave this as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
Precondition = Callable[[Share | None], None]
"""Called with the share as it stands, under the lock; raises to refuse the change."""


def share_library(
    *,
    library: Library,
    principal: PrincipalReference,
    level: Level,
    expires_at: datetime | Keep | None = KEEP,
    note: str | Keep = KEEP,
    precondition: Precondition | None = None,
    actor: Actor,
) -> tuple[Share, bool]:
    """Give `principal` the level, whether it has a share or not; returns the share and whether it is new.

    expires_at: an aware datetime; None for no end, or for the actor's own end (R3). KEEP leaves a running end.
    Where nothing would change nothing is written, and no event.
    Raises LibraryNotFound, ActionNotAllowed, UnknownPrincipal, OnlyUsersOwn, LevelAboveOwn, OwnShareFixed,
    ExpiryRefused, InvalidText, and what `precondition` raises.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.SHARE)
        before = principal.share_of(library)
        if precondition:
            precondition(before)
        after = copy(before) if before else Share(library=library, **principal.resolve(library).columns)
        _refuse_levels_above(library.access.ceiling, level, before)
        _refuse_other_owners(level, after)
        after.level = level
        after.expires_at = _end(level, expires_at, before, library.access)
        after.note = _note(note, before)
        if before and _says_the_same(before, after):
            return before, False
        _refuse_change_of_own_ownership(before, actor)
        if before and not before.admissible and level > Level.NONE:
            raise UnknownPrincipal(principal.text)
        write_share(library, before, after, actor)
        return after, before is None


def revoke_share(
    *,
    library: Library,
    principal: PrincipalReference,
    precondition: Precondition | None = None,
    actor: Actor,
) -> Share:
    """Take the share of `principal` away; returns it as it was. One's own may always be given up (R7), if not OWNER.

    Raises LibraryNotFound, ActionNotAllowed, ShareNotFound, LevelAboveOwn, OwnShareFixed, and what
    `precondition` raises.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.VIEW)
        share = principal.share_of(library)
        own = _is_own(share, actor) if share else principal.names(actor)
        if not own and Action.SHARE not in library.access.actions:
            raise ActionNotAllowed(Action.SHARE)
        if share is None:
            raise ShareNotFound(principal.text)
        if precondition:
            precondition(share)
        _refuse_change_of_own_ownership(share, actor)
        if not own:
            _refuse_levels_above(library.access.ceiling, Level.NONE, share)
        erase_share(library, share, actor)
        return share


def leave_library(*, library: Library, actor: User) -> Share:
    """Give up one's own share (R7). Raises LibraryNotFound, ShareNotFound, OwnShareFixed."""
    return revoke_share(library=library, principal=Principal(Kind.USER, actor).reference, actor=actor)


def transfer_library(
    *,
    library: Library,
    to: PrincipalReference,
    precondition: Callable[[Library], None] | None = None,
    actor: Actor,
) -> Share:
    """Make a user the owner; returns their share.

    An owner's transfer makes that owner an EDITOR; an administrator's makes every other owner one.
    Raises LibraryNotFound, ActionNotAllowed, UnknownPrincipal, OnlyUsersOwn, and what `precondition` (called with the
    locked library) raises.
    """
    with transaction.atomic():
        library = locked_library_for(actor, library, Action.TRANSFER)
        if precondition:
            precondition(library)
        if to.kind != Kind.USER:
            raise OnlyUsersOwn
        new_owner = to.resolve(library)
        return hand_over(library, new_owner, _owner_shares_to_lower(library, actor), actor)


def owners_of(library: Library) -> list[User]:
    """Who owns the library; first the one of the oldest OWNER share, who is named where only one can be.

    Raises LibraryNotFound where it has gone meanwhile, since every other library has an owner (R6).
    """
    owned = library.shares.filter(level=Level.OWNER).select_related("user").order_by("id")
    if owners := [cast(User, share.user) for share in owned]:
        return owners
    raise LibraryNotFound


def may_change(library: Library, share: Share, actor: Actor) -> bool:
    """Whether share_library could do anything to the share (R5, R6). The library must bring the actor's `access`."""
    within_reach = Action.SHARE in library.access.actions and share.level <= library.access.ceiling
    return within_reach and not _is_own_ownership(share, actor)


def may_revoke(library: Library, share: Share, actor: Actor) -> bool:
    """Whether revoke_share would take the share away (R5, R6, R7). The library must bring the actor's `access`."""
    if _is_own(share, actor):
        return share.level < Level.OWNER
    return may_change(library, share, actor)


def locked_library_for(actor: Actor, library: Library, action: Action) -> Library:
    """The library as it stands now, locked until the transaction ends, for one who may do `action`.

    Two statements: what is read in the one that waits for the lock would be as old as the wait.
    Raises what access.get_library_for raises.
    """
    if not Library.objects.select_for_update(no_key=True).filter(pk=library.pk).values_list("pk").first():
        raise LibraryNotFound
    return get_library_for(actor, str(library.pk), action)


def _refuse_levels_above(ceiling: Level, level: Level, before: Share | None) -> None:
    """R5: neither the level given nor the share that changes may be above the actor's own."""
    highest = max(level, Level(before.level) if before else Level.NONE)
    if highest > ceiling:
        raise LevelAboveOwn(highest, ceiling)


def _refuse_change_of_own_ownership(before: Share | None, actor: Actor) -> None:
    """R6. So whoever changes another's ownership stays an owner, and no library is ever left without one."""
    if before and _is_own_ownership(before, actor):
        raise OwnShareFixed


def _is_own(share: Share, actor: Actor) -> bool:
    """By the share's own row: two spellings of a name may look alike to Python and not to the database."""
    return share.kind == Kind.USER and share.user_id == actor.pk


def _is_own_ownership(share: Share, actor: Actor) -> bool:
    return share.level == Level.OWNER and _is_own(share, actor)


def _refuse_other_owners(level: Level, share: Share) -> None:
    if level == Level.OWNER and share.kind != Kind.USER:
        raise OnlyUsersOwn


def _end(level: Level, wanted: datetime | Keep | None, before: Share | None, actor: Access) -> datetime | None:
    """The end that the share gets (R3)."""
    kept = before.expires_at if before and before.expires_at and before.expires_at > timezone.now() else None
    if level == Level.OWNER:
        if isinstance(wanted, datetime):
            raise ExpiryRefused("An owner's access has no end.")
        return None
    if wanted is KEEP and before and before.level == level and before.expires_at == kept:
        return kept
    latest = actor.ends_at(level)
    if isinstance(wanted, datetime):
        _refuse_end(wanted, latest)
        return wanted
    return min(filter(None, (kept if wanted is KEEP else None, latest)), default=None)


def _refuse_end(wanted: datetime, latest: datetime | None) -> None:
    if wanted <= timezone.now():
        raise ExpiryRefused("That moment is in the past.")
    if latest and wanted > latest:
        raise ExpiryRefused(f"Your own access ends at {latest.isoformat()}: the share cannot last longer.", latest)


def _note(wanted: str | Keep, before: Share | None) -> str:
    if isinstance(wanted, Keep):
        return before.note if before else ""
    if len(wanted) > NOTE_LENGTH:
        raise InvalidText("note", f"A note has at most {NOTE_LENGTH} characters.")
    if not is_storable(wanted):
        raise InvalidText("note", "The note has characters that cannot be kept: NUL, or half of a surrogate pair.")
    return wanted


def _says_the_same(before: Share, after: Share) -> bool:
    return (before.level, before.expires_at, before.note) == (after.level, after.expires_at, after.note)


def _owner_shares_to_lower(library: Library, actor: Actor) -> list[Share]:
    owners = library.shares.with_principals().filter(level=Level.OWNER)
    return list(owners.filter(user=actor.pk) if library.access.level == Level.OWNER else owners)
