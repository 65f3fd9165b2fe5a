"""What a library with many shares costs: its page of shares, one far back, a search in vain, and who has access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection

from benchmarks.callers import Caller, make_administrator
from benchmarks.keys import key
from benchmarks.marks import ACCESS_PAGE, AT_FEW, FIRST_PAGE, FURTHER_PAGE, NO_MATCH, SHARE_PAGE
from benchmarks.measure import in_turns
from benchmarks.plan import Plan
from benchmarks.results import HERE, Row, rows_of
from benchmarks.world import empty_the_database
from libraries.models import OPERATOR, Library
from libraries.people.organizations import create_organization
from libraries.rules.levels import Action, Kind, Level

PAGE = 50


@dataclass(frozen=True)
class CrowdedLibraries:
    """Libraries `shares-N` with so many shares each, all with users and at READER. On PostgreSQL."""

    sizes: tuple[int, ...]

    def build(self) -> Caller:
        """In the database, which is emptied; returns an administrator."""
        empty_the_database()
        call_command("migrate", verbosity=0)
        organization = create_organization(slug="acme", name="Acme", actor=OPERATOR)
        libraries = [
            Library.objects.create(
                natural_id=f"shares-{size}", name=f"{size} shares", organization=organization, share_count=size
            )
            for size in self.sizes
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._users(organization.group_id))
            for size, library in zip(self.sizes, libraries, strict=True):
                cursor.execute(self._shares(size, library))
                cursor.execute(self._grants(library))
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        return make_administrator(libraries[0])

    def _users(self, group: int) -> str:
        return f"""
            WITH made AS (
                INSERT INTO libraries_user (id, username, email, password, first_name, last_name,
                                            is_superuser, is_staff, is_active, date_joined)
                SELECT {key("user", "n")}, 'user-' || n, '', '', '', '', false, false, true, now()
                FROM generate_series(0, {max(self.sizes) - 1}) n RETURNING id)
            INSERT INTO libraries_user_groups (user_id, group_id) SELECT id, {group} FROM made"""

    def _shares(self, size: int, library: Library) -> str:
        return f"""
            INSERT INTO libraries_share (id, library_id, kind, user_id, level, note, created_at, updated_at)
            SELECT {key(library.natural_id, "n")}, '{library.pk}', {Kind.USER}, {key("user", "n")}, {Level.READER}, '', now(), now()
            FROM generate_series(0, {size - 1}) n"""

    def _grants(self, library: Library) -> str:
        view = Permission.objects.get(codename=Action.VIEW, content_type__app_label="libraries").pk
        return f"""
            INSERT INTO libraries_libraryuserobjectpermission (user_id, content_object_id, permission_id, share_id)
            SELECT user_id, library_id, {view}, id FROM libraries_share WHERE library_id = '{library.pk}'"""


def measure(plan: Plan) -> Iterator[Row]:
    """Each size beside the smallest in turns, and the page furthest back beside the first."""
    caller = CrowdedLibraries(plan.shares).build()
    smallest = plan.shares[0]
    for size in plan.shares[1:]:
        for name, path in ((SHARE_PAGE, "shares"), (NO_MATCH, "shares?q=zzz"), (ACCESS_PAGE, "access")):
            runs = {HERE: _asking(caller, size, path), AT_FEW: _asking(caller, smallest, path)}
            yield from rows_of("shares", name, size, in_turns(runs, plan.pace))
        further = min(size // PAGE - 1, 10_000 - 1) * PAGE
        runs = {HERE: _far_back(caller, size, further), FIRST_PAGE: _asking(caller, size, "shares")}
        yield from rows_of("shares", FURTHER_PAGE, size, in_turns(runs, plan.pace))


def _asking(caller: Caller, size: int, path: str) -> Callable[[], Any]:
    return lambda: caller.ask("GET", f"/api/libraries/shares-{size}/{path}")


def _far_back(caller: Caller, size: int, start: int) -> Callable[[], Any]:
    """That page as one gets there by following `next`."""
    before = caller.ask("GET", f"/api/libraries/shares-{size}/shares?start={start - PAGE}&count={PAGE}").json()
    path = before["_links"]["next"]["href"]
    return lambda: caller.ask("GET", path)
