"""How many does a library reach of whom the asker may not know (R9)? They are counted, and nothing else is told of them.

Strangers have no grant of their own, since it would name them: so only what reaches beyond the asker's acquaintances,
to everyone or by another organization, is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection as default_connection
from django.db.models import UUIDField

from libraries.models.holders import AmongHolders, Reach, granted_by, here_on
from libraries.models.holding import GROUP_GRANTS, MEMBERSHIPS, USER_GRANTS, Sql, is_among, unexpired
from libraries.models.known import USERS, is_to_strangers, organizations_groups
from libraries.rules.levels import Way


class AmongStrangers(AmongHolders):
    """AmongHolders, right for whom the asker may not know, and for nobody else. asker: an expression for their key."""

    def reached(self, compiler: Any, connection: Any) -> Sql:
        _, library, (asker, asking) = self.compiled(compiler)
        here, key = here_on(library, connection)
        rows = (
            f"SELECT m.user_id AS of, g.breadth, g.permission_id FROM {GROUP_GRANTS} g"  # nosec B608
            f" JOIN {MEMBERSHIPS} m ON m.group_id = g.group_id WHERE {here} AND {is_to_strangers(asker, connection)}"
        )
        return rows, [*key, *asking]


def count_strangers(asker: UUID, library: UUID, ways: Sequence[Way], reach: Reach) -> int:
    """How many active strangers the grants of these ways reach, where nothing shuts any of them out. One query.

    All who are reached, less the known and the inactive among them: to count these takes little more than indexes,
    where to look at each account takes seconds. reach: what `find_reach` says of these ways.
    """
    own = f"{MEMBERSHIPS} o WHERE o.group_id {is_among(default_connection, organizations_groups('%(asker)s'))}"
    named = (
        f"SELECT g.user_id AS of FROM {USER_GRANTS} g WHERE g.content_object_id = %(library)s UNION SELECT %(asker)s"  # nosec B608
    )
    if reach.everyone:
        all_of_them, there = USERS, ""
        colleagues = f"SELECT COUNT({'DISTINCT o.user_id' if reach.organizations > 1 else '*'}) FROM {own}"  # nosec B608
    else:
        reached = f"{MEMBERSHIPS} m WHERE m.group_id {is_among(default_connection, _groups_beyond(ways))}"
        all_of_them = f"(SELECT DISTINCT m.user_id FROM {reached}) reached"  # nosec B608
        there = f"AND EXISTS (SELECT 1 FROM {reached} AND m.user_id = {{0}})"  # nosec B608
        colleagues = f"SELECT COUNT(DISTINCT m.user_id) FROM {reached} AND EXISTS (SELECT 1 FROM {own} AND o.user_id = m.user_id)"  # nosec B608
    statement = (
        f"SELECT (SELECT COUNT(*) FROM {all_of_them}) - ({colleagues})"  # nosec B608
        f" - (SELECT COUNT(*) FROM ({named}) named WHERE NOT EXISTS (SELECT 1 FROM {own} AND o.user_id = named.of)"
        f" {there.format('named.of')})"
        f" - (SELECT COUNT(*) FROM {USERS} u WHERE NOT u.is_active AND NOT EXISTS (SELECT 1 FROM {own} AND o.user_id = u.id)"
        f" AND NOT EXISTS (SELECT 1 FROM ({named}) named WHERE named.of = u.id) {there.format('u.id')})"
    )
    prepare = UUIDField().get_db_prep_value
    keys = {"asker": prepare(asker, default_connection), "library": prepare(library, default_connection)}
    with default_connection.cursor() as cursor:
        cursor.execute(statement, keys)
        return cursor.fetchone()[0]


def _groups_beyond(ways: Sequence[Way]) -> str:
    """The groups of strangers that the grants of these ways reach."""
    here = f"g.content_object_id = %(library)s AND {unexpired(default_connection)}"
    return (
        f"SELECT g.group_id FROM {GROUP_GRANTS} g WHERE {here} AND ({granted_by(ways)})"  # nosec B608
        f" AND {is_to_strangers('%(asker)s', default_connection)}"
    )
