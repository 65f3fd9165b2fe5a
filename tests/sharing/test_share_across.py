"""many.share_across"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from libraries.access.check import can
from libraries.errors import SharingError
from libraries.models import OPERATOR, Share
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing import grants
from libraries.sharing.bulk import Item, share_across
from libraries.sharing.bulk_write import Change
from libraries.sharing.rules import Wanted
from tests.factories import give, in_days, undone
from tests.proofs import rounds

Wish = tuple[str, str, Level | None, datetime | None, str]
"""A library, a principal, a level (None takes the share away), its end and a note."""
END = in_days(1)


def across(*wishes: Wish) -> list[Any]:
    """From which level to which each went, or why not."""
    items = [
        (library, Item(named(principal), None if level is None else Wanted(level, end, note)))
        for library, principal, level, end, note in wishes
    ]
    return [_told(outcome) for outcome in share_across(items=items, actor=OPERATOR)]


def _told(outcome: Change | SharingError) -> Any:
    if isinstance(outcome, Change):
        return outcome.before and outcome.before.level, outcome.after and outcome.after.level
    return outcome.code


def test_a_share_taken_away_and_given_again_is_another_one(erin, handbook):
    old = give(handbook, "erin", Level.READER)
    taken, given_again = ("handbook", "erin", None, None, ""), ("handbook", "erin", Level.EDITOR, None, "again")
    assert across(taken, given_again) == [(1, None), (None, 2)]
    new = Share.objects.get(library=handbook, user=erin)
    assert (new.level, new.note) == (Level.EDITOR, "again")
    assert new.pk != old.pk
    assert can(erin, handbook, Action.CHANGE)
    assert list(grants.discrepancies()) == []


def test_one_who_is_shut_out_after_all_stays_out(carol, handbook):
    give(handbook, "everyone", Level.READER)
    give(handbook, "carol", Level.EDITOR)
    across(("handbook", "carol", None, None, ""), ("handbook", "carol", Level.NONE, None, ""))
    assert not can(carol, handbook, Action.VIEW)
    assert not carol.has_perm("libraries.view_library", handbook)


wishes = st.lists(
    st.tuples(
        st.sampled_from(["handbook", "lab-notes"]),
        st.sampled_from(["erin", "team:interns", "everyone"]),
        st.sampled_from([None, None, *Level]),
        st.sampled_from([None, END]),
        st.sampled_from(["", "x"]),
    ),
    min_size=1,
    max_size=10,
)


@pytest.mark.usefixtures("world")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=rounds(quick=12, proving=300),
    phases=[Phase.explicit, Phase.generate],
)
@given(standing=wishes, wanted=wishes)
def test_all_at_once_are_as_one_after_another(new_events, standing, wanted):
    def one_by_one(wishes: list[Wish]) -> list[Any]:
        return [outcome for wish in wishes for outcome in across(wish)]

    expected = undone(lambda: one_by_one(standing) + one_by_one(wanted), new_events)
    assert undone(lambda: one_by_one(standing) + across(*wanted), new_events) == expected
