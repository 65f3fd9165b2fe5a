"""Lists of shares with a level or a kind that few have can be read from an index of these, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection

from libraries.models import Share
from libraries.rules.levels import Kind, Level

FEW = [
    *(("level", level) for level in (Level.NONE, Level.EDITOR, Level.OWNER)),
    *(("kind", kind) for kind in (Kind.TEAM, Kind.ORGANIZATION)),
]
IN_THE_ORDER_OF_ALL = {"postgresql": "libraries_share_pkey", "sqlite": "sqlite_autoindex_libraries_share_1"}


def plan_of(column: str, value: Level | Kind) -> str:
    """How the database reads their list; PostgreSQL without reading or sorting all shares, as it likes while few."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    return Share.objects.with_principals().filter(**{column: value}).order_by("-id")[:100].explain()


@pytest.mark.parametrize(("column", "value"), FEW)
def test_shares_that_few_are_like_have_an_index_in_the_order_of_lists(db, column, value):
    assert f"share_{column}_{value.name.lower()}" in plan_of(column, value)


@pytest.mark.parametrize(("column", "value"), [("level", Level.READER), ("kind", Kind.USER)])
def test_shares_that_most_are_like_are_read_in_the_order_of_all(db, column, value):
    assert IN_THE_ORDER_OF_ALL[connection.vendor] in plan_of(column, value)
