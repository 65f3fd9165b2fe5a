"""The page of rules against the formulas of the design, written down once more and naively."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from libraries.rules.levels import GRANTED, SHUT_OUT, Access, Action, Kind, Level, effective_level, held_until
from tests.rules.by_the_book import MAY, POWER, level_by_the_book

TODAY = datetime(2030, 1, 1, tzinfo=UTC)
LAST_DAY = 6


@dataclass(frozen=True)
class Reaches:
    """A share that reaches somebody; `day` is when it ends, None for never."""

    kind: Kind
    level: Level
    day: int | None = None

    @property
    def expires_at(self) -> datetime | None:
        return None if self.day is None else TODAY + timedelta(days=self.day)


def shares() -> st.SearchStrategy[list[Reaches]]:
    ends = st.none() | st.integers(1, LAST_DAY)
    share = st.builds(Reaches, st.sampled_from(Kind), st.sampled_from(Level), ends)
    return st.lists(share.filter(lambda share: share.level < Level.OWNER or share.kind == Kind.USER), max_size=6)


def level_on(day: int, shares: list[Reaches]) -> int:
    """R3: past its end a share counts for nothing."""
    return level_by_the_book((share.kind, share.level) for share in shares if share.day is None or share.day > day)


@given(shares())
def test_the_level_is_what_the_formula_says_r1_r2(shares):
    assert effective_level(shares) == level_by_the_book((share.kind, share.level) for share in shares)


@given(shares(), st.sampled_from([Level.READER, Level.EDITOR, Level.OWNER]))
def test_a_level_is_held_until_the_first_day_below_it_r3(shares, level):
    assume(level_on(0, shares) >= level)
    days_below = [day for day in range(1, LAST_DAY + 1) if level_on(day, shares) < level]

    assert held_until(shares, level) == (TODAY + timedelta(days=days_below[0]) if days_below else None)


@given(shares(), st.sampled_from(Kind), st.sampled_from([Level.READER, Level.EDITOR]))
def test_one_more_share_that_gives_never_takes_away_r1(shares, kind, level):
    assert effective_level([*shares, Reaches(kind, level)]) >= effective_level(shares)


@given(shares(), st.sampled_from(Kind))
def test_one_more_share_at_none_never_gives_r2(shares, kind):
    assert effective_level([*shares, Reaches(kind, Level.NONE)]) <= effective_level(shares)


def test_each_level_may_all_that_the_one_below_may_and_more_r4():
    for lower, higher in ((Level.READER, Level.EDITOR), (Level.EDITOR, Level.OWNER)):
        assert set(GRANTED[lower]) < set(GRANTED[higher])
    assert GRANTED[Level.NONE] == (SHUT_OUT,)


@pytest.mark.parametrize("level", Level)
def test_a_level_allows_these_actions_and_no_others_r4(level):
    assert Access(reaching=(Reaches(Kind.USER, level),)).actions == MAY[level]


@pytest.mark.parametrize("level", Level)
def test_editors_can_share_adds_sharing_to_an_editor_alone_r4(level):
    access = Access(reaching=(Reaches(Kind.USER, level),), editors_can_share=True)
    assert access.actions == MAY[level] | ({Action.SHARE} if level == Level.EDITOR else set())


def test_the_share_list_is_for_who_has_access_by_something_narrower_than_everyone_r9():
    everyone, organization = Reaches(Kind.EVERYONE, Level.EDITOR), Reaches(Kind.ORGANIZATION, Level.READER)
    shut_out = Reaches(Kind.TEAM, Level.NONE)

    assert Action.VIEW_SHARES not in Access(reaching=(everyone,)).actions
    assert Action.VIEW_SHARES in Access(reaching=(everyone, organization)).actions
    assert Access(reaching=(everyone, organization, shut_out)).actions == set()


@pytest.mark.parametrize("level", Level)
def test_an_administrator_may_see_share_transfer_and_delete_beside_what_their_level_allows_r10(level):
    assert Access(reaching=(Reaches(Kind.USER, level),), administers=True).actions == MAY[level] | POWER


def test_a_superuser_may_do_everything_r10():
    assert Access(superuser=True).actions == set(Action)


@pytest.mark.parametrize(
    ("level", "power", "ceiling"),
    [
        (Level.NONE, {}, Level.NONE),
        (Level.READER, {}, Level.READER),
        (Level.EDITOR, {}, Level.EDITOR),
        (Level.OWNER, {}, Level.OWNER),
        (Level.NONE, {"administers": True}, Level.EDITOR),
        (Level.NONE, {"superuser": True}, Level.EDITOR),
        (Level.OWNER, {"administers": True}, Level.OWNER),
        (Level.OWNER, {"superuser": True}, Level.OWNER),
    ],
)
def test_nobody_reaches_above_their_own_level_and_power_ends_below_ownership_r5(level, power, ceiling):
    assert Access(reaching=(Reaches(Kind.USER, level),), **power).ceiling == ceiling


def test_what_one_may_give_ends_with_what_one_has_unless_one_administers_r3():
    reaching = (Reaches(Kind.USER, Level.EDITOR, day=2), Reaches(Kind.TEAM, Level.READER, day=4))

    assert Access(reaching=reaching).ends_at(Level.EDITOR) == TODAY + timedelta(days=2)
    assert Access(reaching=reaching).ends_at(Level.READER) == TODAY + timedelta(days=4)
    assert Access(reaching=reaching).ends_at(Level.NONE) == TODAY + timedelta(days=4)
    assert Access(reaching=reaching, administers=True).ends_at(Level.EDITOR) is None
    assert Access(reaching=reaching, superuser=True).ends_at(Level.EDITOR) is None


def test_what_decides_is_what_gives_the_level_and_is_not_shut_out_r1_r2():
    own, team = Reaches(Kind.USER, Level.READER), Reaches(Kind.TEAM, Level.EDITOR)
    organization, everyone = Reaches(Kind.ORGANIZATION, Level.EDITOR), Reaches(Kind.EVERYONE, Level.READER)
    shut_out = Reaches(Kind.ORGANIZATION, Level.NONE)

    assert Access().deciding == ()
    assert Access(reaching=(own, team, organization, everyone)).deciding == (team, organization)
    assert Access(reaching=(own, team, organization, everyone, shut_out)).deciding == (team,)
    assert Access(reaching=(organization, everyone, shut_out)).deciding == (shut_out,)
