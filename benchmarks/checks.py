"""May they? In process, beside guardian's `has_perm` and bare SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import psycopg
from django.contrib.auth.models import Permission
from django.db import connection
from guardian.backends import ObjectPermissionBackend

from benchmarks.guardian_peer import fresh, generic
from benchmarks.marks import BARE_SQL, CHECK, DIRECT, GENERIC
from benchmarks.measure import in_agreement, in_turns
from benchmarks.plan import Plan
from benchmarks.results import HERE, Row, rows_of
from benchmarks.world import World
from libraries.access.check import can
from libraries.models import Library, Team, User
from libraries.rules.levels import SHUT_OUT, Action

PERMISSION = f"libraries.{Action.VIEW}"
PAIRS = 100
Asked = list[tuple[Any, Library]]

BY_TEAMS = "single check, by the user's teams"

# The rules as one statement (R1 to R3): a permission counts where nothing as near shuts out.
STATEMENT = """
SELECT COALESCE(MIN(breadth) FILTER (WHERE permission_id = %(permission)s), 4)
     < COALESCE(MIN(breadth) FILTER (WHERE permission_id = %(shut_out)s), 4)
FROM (
    SELECT 0 AS breadth, permission_id, expires_at FROM libraries_libraryuserobjectpermission
    WHERE user_id = %(user)s AND content_object_id = %(library)s
    UNION ALL
    SELECT breadth, permission_id, expires_at FROM libraries_librarygroupobjectpermission g
    WHERE content_object_id = %(library)s
      AND (breadth = 3 OR group_id IN (SELECT group_id FROM libraries_user_groups WHERE user_id = %(user)s))
) reaching
WHERE expires_at IS NULL OR expires_at > statement_timestamp()
"""


def measure(world: World, plan: Plan) -> Iterator[Row]:
    """Single checks of users who may, by shares of their own and through teams, in turn; then by how many teams the user is in."""
    libraries = list(Library.objects.order_by("natural_id")[:PAIRS])
    own: Asked = [
        (share.user, library) for library in libraries[::2] for share in library.shares.exclude(user=None)[:1]
    ]
    through_teams: Asked = [(world.user, library) for library in Library.objects.visible_to(world.user)[: PAIRS // 2]]
    asked = own + through_teams
    yield from rows_of("checks", CHECK, world.libraries, in_turns(in_agreement(_askers(asked, plan)), plan.pace))
    if world.libraries == plan.everything_at:
        for teams in plan.teams:
            reader = _member_of(teams)
            asked = [(reader, library) for library in libraries]
            yield from rows_of("checks", BY_TEAMS, teams, in_turns(in_agreement(_askers(asked, plan)), plan.pace))


def _askers(asked: Asked, plan: Plan) -> dict[str, Callable[[], Any]]:
    guardian = ObjectPermissionBackend()

    def each(check: Callable[[User, Library], bool]) -> Callable[[], bool]:
        pairs = cycle(asked)
        return lambda: check(*next(pairs))

    def has_perm(user: User, library: Library) -> bool:
        return guardian.has_perm(fresh(user), PERMISSION, library)

    askers: dict[str, Callable[[], Any]] = {
        HERE: each(lambda user, library: can(fresh(user), library, Action.VIEW)),
        DIRECT: each(has_perm),
    }
    if plan.generic:
        askers[GENERIC] = generic(each(has_perm))
    if connection.vendor == "postgresql":
        askers[BARE_SQL] = each(_bare_check())
    return askers


def _bare_check() -> Callable[[User, Library], bool]:
    """By psycopg alone: one prepared statement on a connection of its own."""
    connection.ensure_connection()
    parameters = {
        name: connection.get_connection_params()[name] for name in ("host", "port", "user", "password", "dbname")
    }
    database = psycopg.connect(**parameters, autocommit=True)
    cursor = database.cursor()
    keys = dict(Permission.objects.filter(content_type__app_label="libraries").values_list("codename", "pk"))
    named = {"permission": keys[Action.VIEW], "shut_out": keys[SHUT_OUT]}

    def check(user: User, library: Library) -> bool:
        cursor.execute(STATEMENT, {"user": user.pk, "library": library.pk, **named}, prepare=True)
        row = cursor.fetchone()
        return row is not None and bool(row[0])

    return check


def _member_of(number: int) -> User:
    """A user in so many teams, and in their organization."""
    user = User.objects.create(username=f"in-{number}-teams")
    teams = list(Team.objects.select_related("organization").order_by("pk")[:number])
    user.groups.add(teams[0].organization.group_id, *(team.group_id for team in teams))
    return user
