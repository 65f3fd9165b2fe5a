"""What may be given, changed and taken away (R3 to R8), decided for one share at a time. No database.

Every verb on shares, on one or on many, asks here.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple, Protocol

from django.utils import timezone

from libraries.db.text import is_storable
from libraries.errors import (
    ActionNotAllowed,
    ExpiryRefused,
    InvalidText,
    LevelAboveOwn,
    OnlyUsersOwn,
    OwnShareFixed,
    UnknownPrincipal,
)
from libraries.models import Actor, Library, Share
from libraries.models.shares import NOTE_LENGTH
from libraries.rules.levels import Access, Action, Kind, Level


class Keep(Enum):
    """Stands for: leave this as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


class Wanted(NamedTuple):
    """What a caller asks of one share.

    expires_at: an aware datetime; None for no end, or for the actor's own end (R3). KEEP leaves a running end, and is
    refused where the share is over: there is none to leave.
    """

    level: Level
    expires_at: datetime | Keep | None = KEEP
    note: str | Keep = KEEP

    def is_met_by(self, share: CurrentShare) -> bool:
        """Whether the share says all this as it is; one that is over says no end that could be kept."""
        if self.expires_at is KEEP and is_over(share):
            return False
        standing = (share.level, share.expires_at, share.note)
        return all(wanted is KEEP or wanted == found for wanted, found in zip(self, standing, strict=True))

    def says(self, share: CurrentShare) -> bool:
        """Whether it names the share's end, too: then it is the share as a reader found it, sent back."""
        return self.expires_at == share.expires_at and self.is_met_by(share)


class Terms(NamedTuple):
    """What a share says of its principal."""

    level: Level
    expires_at: datetime | None
    note: str


class CurrentShare(Protocol):
    """A share, as far as these rules look at one."""

    @property
    def kind(self) -> int: ...
    @property
    def user_id(self) -> object: ...
    @property
    def level(self) -> int: ...
    @property
    def expires_at(self) -> datetime | None: ...
    @property
    def note(self) -> str: ...


def new_terms(
    wanted: Wanted,
    *,
    text: str,
    kind: Kind,
    admissible: bool,
    before: CurrentShare | None,
    access: Access,
    actor: Actor,
) -> Terms:
    """The terms of the share once the wish is granted; equal to those of `before` where nothing would change.

    text: the principal as the caller named it. admissible: whether R8 admits it today.
    before: its share as it stands. access: the actor's, who may share.
    Raises UnknownPrincipal, LevelAboveOwn, OnlyUsersOwn, ExpiryRefused, InvalidText, OwnShareFixed.
    """
    if before is None and not admissible:
        raise UnknownPrincipal(text)
    _refuse_levels_above(access.ceiling, wanted.level, before)
    if before and wanted.says(before):
        return terms_of(before)
    if wanted.level == Level.OWNER and kind != Kind.USER:
        raise OnlyUsersOwn
    terms = Terms(wanted.level, _end(wanted.level, wanted.expires_at, before, access), _note(wanted.note, before))
    if before and terms != terms_of(before):
        _refuse_change_of_own_ownership(before, actor)
        if not admissible and wanted.level > Level.NONE:
            raise UnknownPrincipal(text)
    return terms


def require_right_to_revoke(*, own: bool, access: Access) -> None:
    """One's own may always be given up (R7). Raises ActionNotAllowed. Ask before saying whether there is a share."""
    if not own and Action.SHARE not in access.actions:
        raise ActionNotAllowed(Action.SHARE)


def refuse_to_revoke(before: CurrentShare, *, access: Access, actor: Actor) -> None:
    """Raises OwnShareFixed (R6) and LevelAboveOwn (R5) for a share that the actor cannot take away."""
    _refuse_change_of_own_ownership(before, actor)
    if not is_own(before, actor):
        _refuse_levels_above(access.ceiling, Level.NONE, before)


def may_change(library: Library, share: Share, actor: Actor) -> bool:
    """Whether share_library could do anything to the share (R5, R6). The library must bring the actor's `access`."""
    within_reach = Action.SHARE in library.access.actions and share.level <= library.access.ceiling
    return within_reach and not _is_own_ownership(share, actor)


def may_revoke(library: Library, share: Share, actor: Actor) -> bool:
    """Whether revoke_share would take the share away (R5, R6, R7). The library must bring the actor's `access`."""
    if is_own(share, actor):
        return share.level < Level.OWNER
    return may_change(library, share, actor)


def terms_of(share: CurrentShare) -> Terms:
    return Terms(Level(share.level), share.expires_at, share.note)


def is_over(share: CurrentShare) -> bool:
    """Whether the share has ended, so that it counts for nothing (R3)."""
    return share.expires_at is not None and share.expires_at <= timezone.now()


def is_own(share: CurrentShare, actor: Actor) -> bool:
    """By the share's own row: two spellings of a name may look alike to Python and not to the database."""
    return share.kind == Kind.USER and share.user_id == actor.pk


def _is_own_ownership(share: CurrentShare, actor: Actor) -> bool:
    return share.level == Level.OWNER and is_own(share, actor)


def _refuse_levels_above(ceiling: Level, level: Level, before: CurrentShare | None) -> None:
    """R5: neither the level given nor the share that changes may be above the actor's own."""
    highest = max(level, Level(before.level) if before else Level.NONE)
    if highest > ceiling:
        raise LevelAboveOwn(highest, ceiling)


def _refuse_change_of_own_ownership(before: CurrentShare, actor: Actor) -> None:
    """R6. So whoever changes another's ownership stays an owner, and no library is ever left without one."""
    if _is_own_ownership(before, actor):
        raise OwnShareFixed


def _end(level: Level, wanted: datetime | Keep | None, before: CurrentShare | None, actor: Access) -> datetime | None:
    """The end that the share gets (R3)."""
    kept = before.expires_at if before and not is_over(before) else None
    if level == Level.OWNER:
        if isinstance(wanted, datetime):
            raise ExpiryRefused("An owner's access cannot have an expiry date.")
        return None
    if wanted is KEEP and before and is_over(before):
        raise ExpiryRefused("The share has expired: say when it ends from now on, or that it has no end.")
    if wanted is KEEP and before and before.level == level:
        return kept
    latest = actor.ends_at(level)
    if isinstance(wanted, datetime):
        _refuse_end(wanted, latest)
        return wanted
    return min(filter(None, (kept if wanted is KEEP else None, latest)), default=None)


def _refuse_end(wanted: datetime, latest: datetime | None) -> None:
    if wanted <= timezone.now():
        raise ExpiryRefused("The expiry date is in the past.")
    if latest and wanted > latest:
        raise ExpiryRefused(f"Your own access expires at {latest.isoformat()}: the share cannot last longer.", latest)


def _note(wanted: str | Keep, before: CurrentShare | None) -> str:
    if isinstance(wanted, Keep):
        return before.note if before else ""
    if len(wanted) > NOTE_LENGTH:
        raise InvalidText("note", f"A note can have at most {NOTE_LENGTH} characters.")
    if not is_storable(wanted):
        raise InvalidText(
            "note", "The note contains characters that cannot be stored: NUL, or half of a surrogate pair."
        )
    return wanted
