"""R9 in SQL, told once: of whom somebody who asks about a library may know.

Of themselves, of whoever shares an organization with them, and of whom a share of the library names. A team's share
names the team, an organization's the organization, everyone's nobody. All others are strangers to who asks; superusers
may know of everybody, so nobody asks this about them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Func

from libraries.models.holding import MEMBERSHIPS, USER_GRANTS, Sql, is_among

ORGANIZATIONS = "libraries_organization"
TEAMS = "libraries_team"
USERS = "libraries_user"


def organizations_groups(asker: str) -> str:
    """The groups of the organizations that the asker is in. asker: the place of the asker's key."""
    own = f"SELECT m.group_id FROM {MEMBERSHIPS} m WHERE m.user_id = {asker}"  # nosec B608
    return f"SELECT o.group_id FROM {ORGANIZATIONS} o WHERE o.group_id IN ({own})"  # nosec B608


def known_people(asker: str, library: str, connection: Any) -> str:
    """The keys of those of whom the asker may know, some several times. asker: a place, twice; library: once, between."""
    members = (
        f"SELECT m.user_id FROM {MEMBERSHIPS} m WHERE m.group_id {is_among(connection, organizations_groups(asker))}"  # nosec B608
    )
    named = f"SELECT g.user_id FROM {USER_GRANTS} g WHERE g.content_object_id = {library}"  # nosec B608
    return f"{members} UNION ALL {named} UNION ALL SELECT {asker}"  # nosec B608


def is_to_strangers(asker: str, connection: Any) -> str:
    """Whether a grant `g` to a group reaches beyond whom the asker may know: to everyone, or by another organization.

    A team's members are its organization's. asker: the place of the asker's key.
    """
    teams_home = (
        f"SELECT o.group_id FROM {TEAMS} t JOIN {ORGANIZATIONS} o ON o.id = t.organization_id"  # nosec B608
        " WHERE t.group_id = g.group_id"
    )
    own = is_among(connection, organizations_groups(asker))
    return f"NOT COALESCE(({teams_home}), g.group_id) {own}"


class _OfAsker(Func):
    """About a user, a library and who asks; each an expression for its key."""

    output_field = BooleanField()

    def __init__(self, user: Any, library: Any, asker: Any) -> None:
        super().__init__(user, library, asker)

    def _compiled(self, compiler: Any) -> tuple[Sql, Sql, Sql]:
        user, library, asker = (compiler.compile(each) for each in self.get_source_expressions())
        return user, library, asker


class IsKnown(_OfAsker):
    """Whether the asker may know of the user: looked at for one user after another."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        (user, own), (library, key), (asker, asking) = self._compiled(compiler)
        in_common = is_among(connection, organizations_groups(asker))
        # Not EXISTS, for which PostgreSQL might collect all who are known, however few users it is asked about.
        named = f"(SELECT 1 FROM {USER_GRANTS} g WHERE g.content_object_id = {library} AND g.user_id = {user} LIMIT 1)"  # nosec B608
        member = f"(SELECT 1 FROM {MEMBERSHIPS} m WHERE m.user_id = {user} AND m.group_id {in_common} LIMIT 1)"  # nosec B608
        sql = f"({user} = {asker} OR {named} IS NOT NULL OR {member} IS NOT NULL)"
        return sql, [*own, *asking, *key, *own, *own, *asking]


class AmongKnown(_OfAsker):
    """The same; all of whom the asker may know are collected at once: quick where these are few."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        (user, own), (library, key), (asker, asking) = self._compiled(compiler)
        known = known_people(asker, library, connection)
        return f"{user} {is_among(connection, known)}", [*own, *asking, *key, *asking]


class IsStranger(_OfAsker):
    """Whether the asker may not know of the user: quick where all users are asked about."""

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Sql:  # type: ignore[override]
        (user, own), (library, key), (asker, asking) = self._compiled(compiler)
        in_common = is_among(connection, organizations_groups(asker))
        named = f"SELECT 1 FROM {USER_GRANTS} g WHERE g.content_object_id = {library} AND g.user_id = {user}"  # nosec B608
        member = f"SELECT 1 FROM {MEMBERSHIPS} m WHERE m.user_id = {user} AND m.group_id {in_common}"  # nosec B608
        sql = f"({user} <> {asker} AND NOT EXISTS ({named}) AND NOT EXISTS ({member}))"
        return sql, [*own, *asking, *key, *own, *own, *asking]
