"""The rules once more, naively, straight from the design: what the state machine and the levels are tested against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from libraries.rules.levels import Action, Kind, Level

MAY = {
    Level.NONE: set(),
    Level.READER: {Action.VIEW, Action.VIEW_SHARES},
    Level.EDITOR: {Action.VIEW, Action.VIEW_SHARES, Action.CHANGE},
    Level.OWNER: set(Action),
}
"""R4, for who is let in by something narrower than everyone."""
POWER = {Action.VIEW, Action.VIEW_SHARES, Action.VIEW_EVENTS, Action.SHARE, Action.DELETE, Action.TRANSFER}
"""R10."""
KEEP = "keep"


def level_by_the_book(breadths_and_levels: Iterable[tuple[int, int]]) -> Level:
    """R1 and R2's formula, word for word."""
    shares = list(breadths_and_levels)
    breadths_of_none = [breadth for breadth, level in shares if level == 0]
    counting = [
        level for breadth, level in shares if level > 0 and all(breadth < narrowest for narrowest in breadths_of_none)
    ]
    return Level(max(counting)) if counting else Level.NONE


def kind_of(principal: str) -> Kind:
    if principal == "everyone":
        return Kind.EVERYONE
    return {"team": Kind.TEAM, "org": Kind.ORGANIZATION}.get(principal.partition(":")[0], Kind.USER)


@dataclass(frozen=True)
class Row:
    """A share; `end` is the day on which it is over, None for never."""

    level: Level
    end: int | None = None


@dataclass
class Book:
    """One library, who it is shared with, and who is in what; `today` counts the days that passed."""

    shares: dict[str, Row]
    members: dict[str, set[str]]
    administrators: set[str] = field(default_factory=set)
    superusers: set[str] = field(default_factory=set)
    inactive: set[str] = field(default_factory=set)
    admits_anyone: bool = True
    editors_can_share: bool = False
    today: int = 0

    def level(self, user: str, day: int | None = None) -> Level:
        day = self.today if day is None else day
        reaching = [
            (kind_of(principal), row.level)
            for principal, row in self.shares.items()
            if (principal in (user, "everyone") or user in self.members.get(principal, ()))
            and (row.end is None or row.end > day)
        ]
        return level_by_the_book(reaching)

    def is_let_in_by_something_narrow(self, user: str) -> bool:
        """R9: still let in if the share of everyone were not there."""
        others = {principal: row for principal, row in self.shares.items() if principal != "everyone" or not row.level}
        return replace(self, shares=others).level(user) > Level.NONE

    def actions(self, user: str) -> set[Action]:
        if user in self.inactive:
            return set()
        if user in self.superusers:
            return set(Action)
        level = self.level(user)
        actions = set(MAY[level])
        if not self.is_let_in_by_something_narrow(user):
            actions -= {Action.VIEW_SHARES}
        if level == Level.EDITOR and self.editors_can_share:
            actions |= {Action.SHARE}
        return actions | (POWER if user in self.administrators else set())

    def actions_of_a_member_of(self, *groups: str) -> set[Action]:
        """What somebody new may do who is in these and nothing else."""
        joined = {group: who | {"somebody new"} if group in groups else who for group, who in self.members.items()}
        return replace(self, members=joined).actions("somebody new")

    def has_power(self, user: str) -> bool:
        return user in self.administrators | self.superusers

    def ceiling(self, user: str) -> Level:
        """R5, R10."""
        level = self.level(user)
        return max(level, Level.EDITOR) if self.has_power(user) else level

    def latest_end(self, user: str, level: Level) -> int | None:
        """R3: the first day on which the user holds less than what they give."""
        if self.has_power(user):
            return None
        needed, ends = max(level, Level.READER), [row.end for row in self.shares.values() if row.end]
        later = range(self.today + 1, max(ends, default=0) + 1)
        return next((day for day in later if self.level(user, day) < needed), None)

    def is_inside(self, principal: str) -> bool:
        """R8."""
        if principal in self.inactive:
            return False
        inside = principal == "org:acme" or kind_of(principal) == Kind.TEAM or principal in self.members["org:acme"]
        return inside or self.admits_anyone

    def owners(self) -> set[str]:
        return {principal for principal, row in self.shares.items() if row.level == Level.OWNER}
