"""R1 to R3 in SQL, told once: who holds a permission on a library, by the grants that reach them.

A grant reaches the user whom it names and those who are in its group; everyone's reaches all. One that has expired
counts for nothing (R3). A permission is held where the least breadth of the grants of it that reach somebody is less
than the least breadth of those that shut out (R1, R2); a user's own grants have breadth 0.

Each question asks this one condition: of one row after another (`Holds`), or of all that is reached at once
(`AmongHeld`, and of one library `libraries.models.holders`). `libraries.rules.levels` says the same of shares in Python, for people to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection as default_connection
from django.db.models import BooleanField, Func, IntegerField, TextField, UUIDField

from libraries.rules.levels import BROADEST, GRANTED, LEVEL_OF, SHUT_OUT, Kind, Level

Sql = tuple[str, list[Any]]
"""A piece of a statement with its parameters. The texts are constants of this module and compiled columns."""

USER_GRANTS = "libraries_libraryuserobjectpermission"
GROUP_GRANTS = "libraries_librarygroupobjectpermission"
MEMBERSHIPS = "libraries_user_groups"
POWERS = "libraries_organizationuserobjectpermission"
LIBRARIES = "libraries_library"
PRINCIPAL_NAME = "COALESCE(u.username, 'team:' || t.slug, 'org:' || o.slug, 'everyone')"
JOINED_PRINCIPALS = (
    " JOIN libraries_share s ON s.id = share_id LEFT JOIN libraries_user u ON u.id = s.user_id"
    " LEFT JOIN libraries_team t ON t.id = s.team_id LEFT JOIN libraries_organization o ON o.id = s.organization_id"
)
EVERYONES_GROUP = "SELECT id FROM auth_group WHERE name = 'everyone'"


def permission_on(model: str, codename: str) -> str:
    """The key of a permission, which the database looks up once in the same statement."""
    return (
        "(SELECT p.id FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id"
        f" WHERE t.app_label = 'libraries' AND t.model = '{model}' AND p.codename = '{codename}')"  # nosec B608
    )


def holds(codename: str, *, below: int = BROADEST, at_least: Kind | None = None) -> str:
    """The condition, over the `breadth` and `permission_id` of all grants that reach one row. NULL stands for no.

    below: grants count only if they are narrower than this kind; shut-outs always do.
    at_least: the breadth of a grant that reaches every row and is not among these.
    """
    narrow = "" if below == BROADEST else f" AND breadth < {int(below)}"
    held = f"MIN(breadth) FILTER (WHERE permission_id = {permission_on('library', codename)}{narrow})"
    shut_out = f"MIN(breadth) FILTER (WHERE permission_id = {permission_on('library', SHUT_OUT)})"
    held = held if at_least is None else f"COALESCE({held}, {int(at_least)})"
    return f"{held} < COALESCE({shut_out}, {BROADEST})"


def unexpired(connection: Any) -> str:
    """R3, by the database's clock: a grant is over from `expires_at` on."""
    now = "STATEMENT_TIMESTAMP()" if connection.vendor == "postgresql" else "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
    return f"(g.expires_at IS NULL OR g.expires_at > {now})"


def is_among(connection: Any, rows: str) -> str:
    """What follows a column that shall be one of the rows, looked up once where nothing in them is the asking row's."""
    return f"= ANY(ARRAY({rows}))" if connection.vendor == "postgresql" else f"IN ({rows})"


class Reached:
    """The grants that reach somebody, as the SQL of a table with `breadth`, `permission_id` and what else is asked for.

    user: a user's key, whose own grants and groups' count. groups: keys of groups in its place, for whoever is in these
    and no other. library: its key; None for all libraries, which are then told in a column `of`.
    """

    def __init__(self, connection: Any, *, library: Sql | None, user: Sql | None = None, groups: Sequence[Sql] = ()):
        self._connection = connection
        self._library, self._user, self._groups = library, user, groups

    def rows(self, *columns: str) -> Sql:
        """columns: further columns of the grants."""
        parts = [self._to_groups(columns)]
        if self._user:
            parts.insert(0, self._to_user(self._user, columns))
        return " UNION ALL ".join(sql for sql, _ in parts), [each for _, parameters in parts for each in parameters]

    def _to_user(self, user: Sql, columns: Sequence[str]) -> Sql:
        where, parameters = self._here()
        sql, values = user
        selected = self._selected("0 AS breadth", columns)
        return f"SELECT {selected} FROM {USER_GRANTS} g WHERE g.user_id = {sql}{where}", [*values, *parameters]  # nosec B608

    def _to_groups(self, columns: Sequence[str]) -> Sql:
        where, parameters = self._here()
        condition, values = self._in_groups()
        selected = self._selected("g.breadth", columns)
        return f"SELECT {selected} FROM {GROUP_GRANTS} g WHERE {condition}{where}", [*values, *parameters]  # nosec B608

    def _in_groups(self) -> Sql:
        if self._user:
            sql, values = self._user
            groups = f"SELECT m.group_id FROM {MEMBERSHIPS} m WHERE m.user_id = {sql}"  # nosec B608
            return f"g.group_id {is_among(self._connection, f'{groups} UNION ALL {EVERYONES_GROUP}')}", list(values)
        named = ", ".join([*(sql for sql, _ in self._groups), f"({EVERYONES_GROUP})"])
        return f"g.group_id IN ({named})", [each for _, values in self._groups for each in values]

    def _here(self) -> Sql:
        where = f" AND {unexpired(self._connection)}"
        if self._library is None:
            return where, []
        sql, values = self._library
        return f" AND g.content_object_id = {sql}{where}", list(values)

    def _selected(self, breadth: str, columns: Sequence[str]) -> str:
        of = ["g.content_object_id AS of"] if self._library is None else []
        return ", ".join([*of, breadth, "g.permission_id", *(f"g.{column}" for column in columns)])


class _OverReached(Func):
    """A value over the grants that reach somebody on a library. The row that asks may stand for any of the three.

    library, user, groups: expressions for keys, such as F("pk") and Value(…); see `Reached`.
    """

    def __init__(self, *, library: Any, user: Any = None, groups: Sequence[Any] = (), **extra: Any) -> None:
        super().__init__(library, *((user,) if user is not None else groups), **extra)
        self.by_user = user is not None

    def reached(self, compiler: Any, connection: Any) -> Reached:
        library, *others = [compiler.compile(each) for each in self.get_source_expressions()]
        if self.by_user:
            return Reached(connection, library=library, user=others[0])
        return Reached(connection, library=library, groups=others)

    def _select(self, value: str, compiler: Any, connection: Any) -> Sql:
        rows, parameters = self.reached(compiler, connection).rows()
        return f"(SELECT {value} FROM ({rows}) reached)", parameters  # nosec B608


class Holds(_OverReached):
    """Whether they hold the permission: looked at for one row after another, so quick where few are asked for."""

    output_field = BooleanField()

    def __init__(self, codename: str, *, below: int = BROADEST, **who: Any) -> None:
        super().__init__(**who)
        self.codename, self.below = codename, below

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        return self._select(holds(self.codename, below=self.below), compiler, connection)


class LevelHeld(_OverReached):
    """The level that their grants add up to."""

    output_field = IntegerField()

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        levels = (Level.OWNER, Level.EDITOR, Level.READER)
        cases = " ".join(f"WHEN {holds(GRANTED[level][-1])} THEN {int(level)}" for level in levels)
        return self._select(f"CASE {cases} ELSE {int(Level.NONE)} END", compiler, connection)


class ReachingGrants(_OverReached):
    """The grants themselves as one JSON text, which `libraries.rules.conditions.parse` reads back.

    with_shares: with the key and the principal of the share that each comes from.
    """

    output_field = TextField()

    def __init__(self, *, with_shares: bool = False, **who: Any) -> None:
        super().__init__(**who)
        self.with_shares = with_shares

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        rows, parameters = self.reached(compiler, connection).rows("expires_at", "share_id")
        told, joined = "breadth, p.codename, CAST(reached.expires_at AS text)", ""
        if self.with_shares:
            told, joined = f"{told}, share_id, {PRINCIPAL_NAME}", JOINED_PRINCIPALS
        arrays = (
            "JSON_AGG(JSON_BUILD_ARRAY({}))::text"
            if connection.vendor == "postgresql"
            else "JSON_GROUP_ARRAY(JSON_ARRAY({}))"
        )
        telling = ", ".join(f"'{codename}'" for codename in LEVEL_OF)
        return (
            f"(SELECT {arrays.format(told)} FROM ({rows}) reached JOIN auth_permission p ON p.id = permission_id"  # nosec B608
            f"{joined} WHERE p.codename IN ({telling}))",
            parameters,
        )


class AmongHeld(Func):
    """Whether a library is one of those on which the user, or whoever is in the groups alone, holds the permission.

    All of these are collected at once: quick where they are few, or where they are counted.
    """

    output_field = BooleanField()

    def __init__(
        self, library: Any, codename: str, *, user: Any = None, groups: Sequence[Any] = (), below: int = BROADEST
    ) -> None:
        super().__init__(library, *((user,) if user is not None else groups))
        self.codename, self.below, self.by_user = codename, below, user is not None

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        (library, own), *others = [compiler.compile(each) for each in self.get_source_expressions()]
        who: Any = {"user": others[0]} if self.by_user else {"groups": others}
        rows, parameters = Reached(connection, library=None, **who).rows()
        held = f"SELECT of FROM ({rows}) reached GROUP BY of HAVING {holds(self.codename, below=self.below)}"  # nosec B608
        return f"{library} {is_among(connection, held)}", [*own, *parameters]


def administered(user: str) -> str:
    """The keys of the organizations that the user administers (R10). user: the place of the user's key."""
    to_administer = permission_on("organization", "administer_organization")
    return f"SELECT o.content_object_id FROM {POWERS} o WHERE o.user_id = {user} AND o.permission_id = {to_administer}"  # nosec B608


class IsAdministered(Func):
    """Whether a library is one of an organization that the user administers (R10); `walking` as in `Holds`."""

    output_field = BooleanField()

    def __init__(self, library: Any, organization: Any, user: Any, *, walking: bool) -> None:
        super().__init__(library, organization, user)
        self.walking = walking

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        (library, _), (organization, _), (user, key) = map(compiler.compile, self.get_source_expressions())
        if self.walking:
            return f"{organization} {is_among(connection, administered(user))}", list(key)
        return f"{library} {is_among(connection, libraries_administered(user))}", list(key)


def libraries_administered(user: str) -> str:
    """The keys of these organizations' libraries. user: as in `administered`."""
    return f"SELECT l.id FROM {LIBRARIES} l WHERE l.organization_id IN ({administered(user)})"  # nosec B608


def count_reaching(user: Any, codename: str, *, limit: int) -> int:
    """How many grants of the permission, and libraries by power, could let the user see anything; `limit` at most."""
    granted = f"WHERE permission_id = {permission_on('library', codename)}"
    return _count(user, f"{granted} UNION ALL {libraries_administered('%s')} LIMIT {limit}")


def count_held(user: Any, codename: str) -> int:
    """On how many libraries the user holds the permission or the power of an administrator: the grants tell it all."""
    return _count(user, f"GROUP BY of HAVING {holds(codename)} UNION {libraries_administered('%s')}")


def _count(user: Any, chosen: str) -> int:
    """How many rows there are of those that reach the user and are `chosen`, which has one place for the user's key."""
    key = UUIDField().get_db_prep_value(user, default_connection)
    rows, parameters = Reached(default_connection, library=None, user=("%s", [key])).rows()
    counted = f"SELECT of FROM ({rows}) reached {chosen}"  # nosec B608
    with default_connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({counted}) counted", [*parameters, key])  # nosec B608
        return cursor.fetchone()[0]
