"""The rules on one page: levels, principal kinds, actions, and how shares add up. No database.

How shares add up is told once more, in SQL, in `libraries.models.holding`; tests hold both alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache, cached_property
from typing import NamedTuple, Protocol

from django.db.models import IntegerChoices


class Level(IntegerChoices):
    """What a share gives, and what a user ends up with."""

    NONE = 0, "None (shut out)"
    READER = 1, "Reader"
    EDITOR = 2, "Editor"
    OWNER = 3, "Owner"


class Kind(IntegerChoices):
    """What a principal is. The value is its breadth: how many people the kind names."""

    USER = 0, "User"
    TEAM = 1, "Team"
    ORGANIZATION = 2, "Organization"
    EVERYONE = 3, "Everyone"


class Action(StrEnum):
    """What one may do to a library. The value is the codename of its Django permission."""

    VIEW = "view_library"
    CHANGE = "change_library"
    SHARE = "share_library"
    DELETE = "delete_library"
    TRANSFER = "transfer_library"
    VIEW_SHARES = "view_shares"
    VIEW_EVENTS = "view_events"


SHUT_OUT = "shut_out"
"""The permission that a share at NONE writes."""

# R4: levels are concentric.
GRANTED: dict[Level, tuple[str, ...]] = {
    Level.NONE: (SHUT_OUT,),
    Level.READER: (Action.VIEW,),
    Level.EDITOR: (Action.VIEW, Action.CHANGE),
    Level.OWNER: (Action.VIEW, Action.CHANGE, Action.SHARE, Action.DELETE, Action.TRANSFER),
}
"""Level to the permissions that a share at it grants."""


class Way(NamedTuple):
    """One way to be allowed an action through shares: by holding a permission.

    below: only what comes through something narrower than this kind counts.
    where_editors_share: only on libraries whose `editors_can_share` is on.
    """

    permission: Action
    below: int = len(Kind)
    where_editors_share: bool = False


# R4, R9: what it takes to do what no permission of the same name stands for, or not alone.
_WAYS = {
    Action.SHARE: (Way(Action.SHARE), Way(Action.CHANGE, where_editors_share=True)),
    Action.VIEW_SHARES: (Way(Action.VIEW, below=Kind.EVERYONE),),
    Action.VIEW_EVENTS: (Way(Action.TRANSFER),),
}


def ways_to(action: Action) -> tuple[Way, ...]:
    """Every way to be allowed the action through shares; one is enough."""
    return _WAYS.get(action, (Way(action),))


# R10: what an administrator of the library's organization may do without any share.
ADMINISTRATORS_MAY = frozenset(
    {Action.VIEW, Action.VIEW_SHARES, Action.VIEW_EVENTS, Action.SHARE, Action.DELETE, Action.TRANSFER}
)

LEVEL_OF: dict[str, Level] = {
    SHUT_OUT: Level.NONE,
    Action.VIEW: Level.READER,
    Action.CHANGE: Level.EDITOR,
    Action.DELETE: Level.OWNER,
}
"""Permission to the level that a grant of it stands for."""

BROADEST = max(Kind) + 1


class ShareTerms(Protocol):
    """A share that reaches some user, as far as the rules look at one."""

    @property
    def kind(self) -> int: ...
    @property
    def level(self) -> int: ...
    @property
    def expires_at(self) -> datetime | None: ...


def shut_out_breadth(reaching: Iterable[ShareTerms]) -> int:
    """The least breadth of the NONE shares (R2); above every kind where there is none."""
    return min((share.kind for share in reaching if share.level == Level.NONE), default=BROADEST)


def effective_level(reaching: Iterable[ShareTerms]) -> Level:
    """The level that unexpired shares which reach one user add up to (R1, R2)."""
    reaching = list(reaching)
    breadth = shut_out_breadth(reaching)
    return Level(max((share.level for share in reaching if share.kind < breadth), default=Level.NONE))


def held_until(reaching: Iterable[ShareTerms], level: Level) -> datetime | None:
    """When the user falls below `level` by the passing of time alone (R3); None for never.

    A share at NONE may expire too, so the level is looked at again after each end.
    """
    reaching = list(reaching)
    for end in sorted({share.expires_at for share in reaching if share.expires_at}):
        left = [share for share in reaching if share.expires_at is None or share.expires_at > end]
        if effective_level(left) < level:
            return end
    return None


@cache
def _actions(level: Level, shares_too: bool, reached_by_something_narrow: bool, administers: bool) -> frozenset[Action]:
    """What these four come to; there are few of them, so each is put together once."""
    actions = {Action(permission) for permission in GRANTED[level] if permission != SHUT_OUT}
    if shares_too:
        actions.add(Action.SHARE)
    if reached_by_something_narrow:
        actions.add(Action.VIEW_SHARES)
    if level == Level.OWNER:
        actions.add(Action.VIEW_EVENTS)
    return frozenset(actions | ADMINISTRATORS_MAY if administers else actions)


@dataclass(frozen=True)
class Access:
    """What a user ends up with on one library.

    reaching: the unexpired shares that reach the user.
    administers: whether R10 (or being a superuser) gives power beside the shares.
    editors_can_share: the library's setting (R4).
    """

    reaching: tuple[ShareTerms, ...] = ()
    administers: bool = False
    superuser: bool = False
    editors_can_share: bool = False
    level: Level = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", effective_level(self.reaching))

    @cached_property
    def actions(self) -> frozenset[Action]:
        """Every action that the user may do."""
        if self.superuser:
            return frozenset(Action)
        shares_too = self.editors_can_share and self.level >= Level.EDITOR
        return _actions(self.level, shares_too, self._reached_by_something_narrow, self.administers)

    @property
    def deciding(self) -> tuple[ShareTerms, ...]:
        """What the level comes from; where it is NONE, what shuts the user out."""
        breadth = shut_out_breadth(self.reaching)
        return tuple(
            share for share in self.reaching if share.level == self.level and (share.kind < breadth or not self.level)
        )

    @property
    def _reached_by_something_narrow(self) -> bool:
        """R9: the share list is for who has access by something narrower than everyone."""
        breadth = min(shut_out_breadth(self.reaching), Kind.EVERYONE)
        return any(share.level > Level.NONE and share.kind < breadth for share in self.reaching)

    @cached_property
    def ceiling(self) -> Level:
        """The highest level that the user may give, change or take away (R5)."""
        if self.level < Level.OWNER and (self.administers or self.superuser):
            return Level.EDITOR
        return self.level

    def ends_at(self, level: Level) -> datetime | None:
        """The latest end that a share at `level` from this user may have (R3); None for no end."""
        if self.administers or self.superuser:
            return None
        return held_until(self.reaching, max(level, Level.READER))
