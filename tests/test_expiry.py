"""R3: a share past its end counts for nothing, and nobody gives what outlives their own access."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libraries.access.check import can
from libraries.errors import ExpiryRefused
from libraries.library_lifecycle import change_library
from libraries.models import Share
from libraries.rules.levels import Action, Level
from tests.factories import give, give_as, in_days, let_time_pass, level_of


def test_a_share_counts_until_its_end_and_not_after_r3(alice, erin, handbook):
    give_as(alice, handbook, "erin", Level.READER, expires_at=in_days(2))
    let_time_pass(days=1)
    assert can(erin, handbook, Action.VIEW)
    let_time_pass(days=1)
    assert not can(erin, handbook, Action.VIEW)


def test_an_end_in_the_past_is_refused_r3(alice, handbook):
    with pytest.raises(ExpiryRefused, match="in the past"):
        give_as(alice, handbook, "erin", Level.READER, expires_at=in_days(-1))


def test_ownership_has_no_end_r3(alice, erin, handbook):
    with pytest.raises(ExpiryRefused, match="cannot have an expiry date"):
        give_as(alice, handbook, "erin", Level.OWNER, expires_at=in_days(1))

    give_as(alice, handbook, "erin", Level.EDITOR, expires_at=in_days(1))
    assert give_as(alice, handbook, "erin", Level.OWNER)[0].expires_at is None
    let_time_pass(days=2)
    assert level_of(erin, handbook) == Level.OWNER


@pytest.fixture
def end(alice, frank, handbook):
    """Frank edits and may share, for five days."""
    change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)
    return give_as(alice, handbook, "frank", Level.EDITOR, expires_at=in_days(5))[0].expires_at


@pytest.mark.parametrize("wanted", [{}, {"expires_at": None}])
def test_what_one_gives_ends_when_ones_own_access_does_r3(frank, handbook, end, wanted):
    assert give_as(frank, handbook, "erin", Level.READER, **wanted)[0].expires_at == end


def test_a_later_end_is_refused_and_a_sooner_one_taken_r3(frank, handbook, end):
    with pytest.raises(ExpiryRefused, match="Your own access expires") as refusal:
        give_as(frank, handbook, "erin", Level.READER, expires_at=end + timedelta(seconds=1))
    assert refusal.value.latest == end
    sooner = end - timedelta(days=1)
    assert give_as(frank, handbook, "erin", Level.READER, expires_at=sooner)[0].expires_at == sooner


def test_nobody_outlives_their_own_end_by_sharing_with_themself_r3(frank, handbook, end):
    with pytest.raises(ExpiryRefused):
        give_as(frank, handbook, "frank", Level.EDITOR, expires_at=end + timedelta(days=1))
    give_as(frank, handbook, "frank", Level.EDITOR, expires_at=None)
    give_as(frank, handbook, "everyone", Level.EDITOR)
    let_time_pass(days=5)
    assert not can(frank, handbook, Action.VIEW)


def test_shutting_somebody_out_ends_too_r3(frank, handbook, end):
    assert give_as(frank, handbook, "erin", Level.NONE)[0].expires_at == end


def test_shortening_the_sharer_leaves_what_was_given_r3(alice, frank, erin, handbook, end):
    given, _ = give_as(frank, handbook, "erin", Level.READER)
    give_as(alice, handbook, "frank", Level.EDITOR, expires_at=in_days(1))
    assert Share.objects.get(pk=given.pk).expires_at == end


def test_who_administers_gives_without_end_r3_r10(alice, carol, roadmap):
    give(roadmap, "alice", Level.READER, expires_at=in_days(1))
    assert give_as(alice, roadmap, "dave", Level.EDITOR)[0].expires_at is None


def test_a_running_end_is_kept_where_none_is_named(alice, handbook):
    end = in_days(2)
    give_as(alice, handbook, "erin", Level.READER, expires_at=end)
    assert give_as(alice, handbook, "erin", Level.READER, note="x")[0].expires_at == end
    assert give_as(alice, handbook, "erin", Level.EDITOR)[0].expires_at == end
    assert give_as(alice, handbook, "erin", Level.EDITOR, expires_at=None)[0].expires_at is None


def test_a_level_changed_by_one_who_leaves_sooner_ends_with_them_r3(alice, frank, handbook, end):
    give_as(alice, handbook, "erin", Level.READER, expires_at=end + timedelta(days=5))
    assert give_as(frank, handbook, "erin", Level.EDITOR)[0].expires_at == end


def test_a_share_that_is_over_comes_back_when_given_again(alice, erin, handbook, new_events):
    give_as(alice, handbook, "erin", Level.READER, expires_at=in_days(1))
    let_time_pass(days=2)
    share, created = give_as(alice, handbook, "erin", Level.READER, expires_at=None)
    assert (created, share.expires_at) == (False, None)
    assert can(erin, handbook, Action.VIEW)
    assert new_events()[1:] == [("share.changed", "erin", Level.READER, Level.READER)]


def test_the_change_of_an_end_alone_moves_the_grants_too(alice, erin, handbook):
    give_as(alice, handbook, "erin", Level.READER)
    give_as(alice, handbook, "erin", Level.READER, expires_at=in_days(1))
    let_time_pass(days=1)
    assert not can(erin, handbook, Action.VIEW)
