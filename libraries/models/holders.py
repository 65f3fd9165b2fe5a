"""Which users hold a permission on one library: the condition of `libraries.models.holding`, from the library's side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection as default_connection
from django.db.models import BooleanField, Func, UUIDField

from libraries.models.holding import (
    GROUP_GRANTS,
    MEMBERSHIPS,
    USER_GRANTS,
    Sql,
    holds,
    is_among,
    permission_on,
    unexpired,
)
from libraries.rules.levels import BROADEST, Kind, Way

USERS = "libraries_user"


class _Among(Func):
    """Whether a user is one of those who hold the permission on the library. All of these are collected at once."""

    output_field = BooleanField()

    def __init__(self, user: Any, codename: str, *, library: Any, below: int = BROADEST) -> None:
        super().__init__(user, library)
        self.codename, self.below = codename, below

    def _compiled(self, compiler: Any) -> tuple[str, str, list[Any]]:
        (user, _), (library, key) = (compiler.compile(each) for each in self.get_source_expressions())
        return user, library, list(key)


class AmongHolders(_Among):
    """All of them at once: quick where all are wanted."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        user, library, key = self._compiled(compiler)
        here = _here(library, connection)
        each = f"SELECT of FROM ({_named(here)}) reached GROUP BY of HAVING"  # nosec B608
        sql = f"{user} IN ({each} {holds(self.codename, below=self.below)})"
        if self.below <= Kind.EVERYONE:
            return sql, [*key, *key]
        # Everyone's grant reaches all, not only those who are in something.
        everyone = f"EXISTS (SELECT 1 FROM {GROUP_GRANTS} g WHERE {here} AND g.breadth = {int(Kind.EVERYONE)}"  # nosec B608
        everyone += f" AND g.permission_id = {permission_on('library', self.codename)})"
        but = f"{user} NOT IN ({each} NOT {holds(self.codename, at_least=Kind.EVERYONE)})"
        return f"({sql} OR ({everyone} AND {but}))", [*key] * 5


class AmongFewHolders(_Among):
    """The same where these are few and everyone has no grant: their rows are fetched by key, among whatever others."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        user, library, key = self._compiled(compiler)
        reached = _named(_here(library, connection))
        holders = f"SELECT of FROM ({reached}) reached GROUP BY of HAVING {holds(self.codename, below=self.below)}"  # nosec B608
        return f"{user} {is_among(connection, holders)}", key * 2


def _here(library: str, connection: Any) -> str:
    return f"g.content_object_id = {library} AND {unexpired(connection)}"


def _named(here: str) -> str:
    """Each user whom a grant names, or who is in its group. Two places for the library's key."""
    return (
        f"SELECT g.user_id AS of, 0 AS breadth, g.permission_id FROM {USER_GRANTS} g WHERE {here} UNION ALL"  # nosec B608
        f" SELECT m.user_id, g.breadth, g.permission_id FROM {GROUP_GRANTS} g"
        f" JOIN {MEMBERSHIPS} m ON m.group_id = g.group_id WHERE {here}"
    )


def count_reached(library: UUID, ways: Sequence[Way], *, limit: int) -> tuple[int, bool]:
    """How many users the grants of these ways reach on the library, `limit` at most; and whether they reach everyone.

    Whoever is reached by several grants counts for each.
    """
    here = _here("%s", default_connection)
    granted = " OR ".join(
        f"(permission_id = {permission_on('library', way.permission)} AND breadth < {int(way.below)})" for way in ways
    )
    to_everyone = (
        f"SELECT g.breadth, g.permission_id FROM {GROUP_GRANTS} g WHERE {here} AND g.breadth = {Kind.EVERYONE:d}"  # nosec B608
    )
    everyone = f"EXISTS (SELECT 1 FROM ({to_everyone}) reached WHERE {granted})"  # nosec B608
    reached = (
        f"SELECT 1 FROM ({_named(here)}) reached WHERE {granted} UNION ALL SELECT 1 FROM {USERS} u WHERE {everyone}"  # nosec B608
    )
    key = UUIDField().get_db_prep_value(library, default_connection)
    with default_connection.cursor() as cursor:
        cursor.execute(f"SELECT (SELECT COUNT(*) FROM ({reached} LIMIT {limit}) counted), {everyone}", [key] * 4)  # nosec B608
        number, is_for_everyone = cursor.fetchone()
    return number, bool(is_for_everyone)
