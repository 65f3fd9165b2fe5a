"""Which users hold a permission on one library: the condition of `libraries.models.holding`, from the library's side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
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
from libraries.models.known import USERS, is_to_strangers, known_people, organizations_groups
from libraries.rules.levels import BROADEST, SHUT_OUT, Kind, Way


class _Among(Func):
    """Whether a user is one of those who hold the permission on the library. All of these are collected at once."""

    output_field = BooleanField()

    def __init__(self, user: Any, codename: str, *, library: Any, below: int = BROADEST, **others: Any) -> None:
        """others: further expressions that a subclass asks about."""
        super().__init__(user, library, *others.values())
        self.codename, self.below = codename, below

    def compiled(self, compiler: Any) -> list[Sql]:
        """The user, the library, and whatever else it is about."""
        return [compiler.compile(each) for each in self.get_source_expressions()]

    def reached(self, compiler: Any, connection: Any) -> Sql:
        """Each user `of` whom a grant reaches, with its `breadth` and `permission_id`; without everyone's."""
        here, key = here_on(self.compiled(compiler)[1], connection)
        return named_by_grants(here), key * 2


class AmongHolders(_Among):
    """All of them at once: quick where all are wanted."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        (user, _), library, *_ = self.compiled(compiler)
        rows, parameters = self.reached(compiler, connection)
        each = f"SELECT of FROM ({rows}) reached GROUP BY of HAVING"  # nosec B608
        sql = f"{user} IN ({each} {holds(self.codename, below=self.below)})"
        if self.below <= Kind.EVERYONE:
            return sql, parameters
        # Everyone's grant reaches all, not only those who are in something.
        here, key = here_on(library, connection)
        everyone = f"EXISTS (SELECT 1 FROM {GROUP_GRANTS} g WHERE {here} AND g.breadth = {int(Kind.EVERYONE)}"  # nosec B608
        everyone += f" AND g.permission_id = {permission_on('library', self.codename)})"
        but = f"{user} NOT IN ({each} NOT {holds(self.codename, at_least=Kind.EVERYONE)})"
        return f"({sql} OR ({everyone} AND {but}))", [*parameters, *key, *parameters]


class AmongFewHolders(_Among):
    """The same where these are few and everyone has no grant: their rows are fetched by key, among whatever others."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        (user, _), *_ = self.compiled(compiler)
        rows, parameters = self.reached(compiler, connection)
        holders = f"SELECT of FROM ({rows}) reached GROUP BY of HAVING {holds(self.codename, below=self.below)}"  # nosec B608
        return f"{user} {is_among(connection, holders)}", parameters


def here_on(library: Sql, connection: Any) -> Sql:
    """That a grant `g` is one on the library, and counts."""
    sql, parameters = library
    return f"g.content_object_id = {sql} AND {unexpired(connection)}", list(parameters)


def named_by_grants(here: str) -> str:
    """Each user whom a grant names, or who is in its group. Two places for the library's key."""
    return (
        f"SELECT g.user_id AS of, 0 AS breadth, g.permission_id FROM {USER_GRANTS} g WHERE {here} UNION ALL"  # nosec B608
        f" SELECT m.user_id, g.breadth, g.permission_id FROM {GROUP_GRANTS} g"
        f" JOIN {MEMBERSHIPS} m ON m.group_id = g.group_id WHERE {here}"
    )


class Reach(NamedTuple):
    """How far grants on a library reach.

    number: how many users, as far as they are counted; whoever is reached by several grants counts for each.
    everyone: whether all are. known: of how many users the asker may know, as far as they are counted.
    beyond: whether the grants reach beyond those. shuts_out: whether others shut anybody out beyond those.
    organizations: how many the asker is in, two at most.
    """

    number: int
    everyone: bool
    known: int = 0
    beyond: bool = False
    shuts_out: bool = False
    organizations: int = 0


def find_reach(library: UUID, ways: Sequence[Way], asker: UUID | None, *, limit: int) -> Reach:
    """How far the grants of these ways reach on the library; users are counted up to `limit`. One query.

    asker: None for one who may know of everybody; then nothing is told of whom they know.
    """
    here = f"g.content_object_id = %(library)s AND {unexpired(default_connection)}"
    granted = granted_by(ways)
    to_groups = f"SELECT g.breadth, g.permission_id FROM {GROUP_GRANTS} g WHERE {here}"  # nosec B608
    everyone = f"EXISTS (SELECT 1 FROM ({to_groups} AND g.breadth = {Kind.EVERYONE:d}) reached WHERE {granted})"  # nosec B608
    reached = f"SELECT 1 FROM ({named_by_grants(here)}) reached WHERE {granted}"  # nosec B608
    reached += f" UNION ALL SELECT 1 FROM {USERS} u WHERE {everyone}"  # nosec B608
    found = [counted(reached, limit), everyone]
    if asker:
        found += _about_acquaintance(to_groups, granted, limit)
    prepare = UUIDField().get_db_prep_value
    keys = {"library": prepare(library, default_connection), "asker": prepare(asker, default_connection)}
    with default_connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(found)}", keys)  # nosec B608
        number, is_for_everyone, *acquaintance = cursor.fetchone()
    known, beyond, shuts_out, organizations = acquaintance or (0, False, False, 0)
    return Reach(number, bool(is_for_everyone), known, bool(beyond), bool(shuts_out), organizations)


def _about_acquaintance(to_groups: str, granted: str, limit: int) -> list[str]:
    """What the last four of a Reach say, one after the other."""
    strange = f"({to_groups} AND {is_to_strangers('%(asker)s', default_connection)}) reached"
    return [
        counted(known_people("%(asker)s", "%(library)s", default_connection), limit),
        f"EXISTS (SELECT 1 FROM {strange} WHERE {granted})",  # nosec B608
        f"EXISTS (SELECT 1 FROM {strange} WHERE permission_id = {permission_on('library', SHUT_OUT)})",  # nosec B608
        counted(organizations_groups("%(asker)s"), 2),
    ]


def granted_by(ways: Sequence[Way]) -> str:
    """The condition of a grant that it is one of these ways, over its `breadth` and `permission_id`."""
    return " OR ".join(
        f"(permission_id = {permission_on('library', way.permission)} AND breadth < {int(way.below)})" for way in ways
    )


def counted(rows: str, limit: int) -> str:
    """How many rows there are, `limit` at most."""
    return f"(SELECT COUNT(*) FROM ({rows} LIMIT {limit}) counted)"  # nosec B608
