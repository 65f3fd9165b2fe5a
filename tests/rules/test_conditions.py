"""What the database tells of the grants that reach somebody, read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from libraries.rules.conditions import ReachingGrant, SharedGrant, parse
from libraries.rules.levels import SHUT_OUT, Action, Kind, Level

SHARE = UUID(int=7)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("nothing", [None, "", "[]"])
def test_nothing_reaches_whom_nothing_is_told_of(nothing):
    assert list(parse(nothing)) == []


def test_a_permission_stands_for_its_level_r2_r4():
    told = [[Kind.USER, Action.DELETE, None], [Kind.TEAM, Action.CHANGE, None], [Kind.EVERYONE, SHUT_OUT, None]]
    assert list(parse(json.dumps(told))) == [
        ReachingGrant(Kind.USER, Level.OWNER, None),
        ReachingGrant(Kind.TEAM, Level.EDITOR, None),
        ReachingGrant(Kind.EVERYONE, Level.NONE, None),
    ]


@pytest.mark.parametrize("noon", ["2030-01-01 12:00:00", "2030-01-01T12:00:00+00:00", "2030-01-01T13:30:00+01:30"])
def test_an_end_is_the_same_moment_however_the_database_writes_it_r3(noon):
    (grant,) = parse(json.dumps([[Kind.USER, Action.VIEW, noon]]))
    assert grant == ReachingGrant(Kind.USER, Level.READER, NOON)


def test_a_grant_brings_its_share_where_it_is_told():
    (grant,) = parse(json.dumps([[Kind.TEAM, Action.VIEW, None, str(SHARE), "team:engineering"]]))
    assert grant == SharedGrant(Kind.TEAM, Level.READER, None, SHARE, "team:engineering")
