"""The console's list of shares at 1,000,000 of them, and its home page: what they take of the database's time.

    .ci/with-postgres .venv/bin/python -m benchmarks.admin_share_list

Compares with Django's own paging (every row counted, every page an offset into the joined rows) in the same run.
Exits 1 if opening the list takes LIMIT_MS or more. `-v` shows each statement.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from urllib.parse import urljoin

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.management import call_command
from django.core.paginator import Paginator
from django.db import connection
from django.test import Client

from benchmarks.keys import key
from libraries.models import OPERATOR, Organization, Share, User
from libraries.people.administrators import set_administrator

SHARES = 1_000_000
LIBRARIES = 10_000
USERS = 10_000
ORGANIZATIONS = 100
LIMIT_MS = 300
RUNS = 5
PATH = "/admin/libraries/share/"

ROWS = f"""
INSERT INTO auth_group (name) SELECT 'organization:' || n FROM generate_series(1, {ORGANIZATIONS}) n;
INSERT INTO libraries_organization (id, slug, name, sharing_scope, created_at, group_id)
    SELECT {key("org", "n")}, 'org-' || n, 'Organization ' || n, 'organization', now(), g.id
    FROM generate_series(1, {ORGANIZATIONS}) n JOIN auth_group g ON g.name = 'organization:' || n;
INSERT INTO libraries_user (id, username, email, password, first_name, last_name, is_active, is_staff, is_superuser, date_joined)
    SELECT {key("user", "n")}, 'person-' || n, 'person-' || n || '@example.org', '!', '', '', true, false, false, now()
    FROM generate_series(1, {USERS}) n;
INSERT INTO libraries_user_groups (user_id, group_id)
    SELECT {key("user", "n")}, g.id
    FROM generate_series(1, {USERS}) n JOIN auth_group g ON g.name = 'organization:' || (n % {ORGANIZATIONS} + 1);
INSERT INTO libraries_library
    (id, natural_id, object_id, name, description, emoji, organization_id, editors_can_share, share_count, revision, created_at, updated_at)
    SELECT {key("library", "n")}, 'library-' || n, substr(md5('o' || n), 1, 24), 'Library ' || n, '', '',
           {key("org", f"n % {ORGANIZATIONS} + 1")}, false, {SHARES // LIBRARIES}, 0, now(), now()
    FROM generate_series(1, {LIBRARIES}) n;
INSERT INTO libraries_share
    (id, library_id, kind, user_id, team_id, organization_id, level, expires_at, note, granted_by_id, created_at, updated_at)
    SELECT {key("share", "n")}, {key("library", f"n % {LIBRARIES} + 1")},
           CASE WHEN organization THEN 2 ELSE 0 END,
           CASE WHEN organization THEN NULL ELSE {key("user", f"(n / {LIBRARIES} * 97 + n) % {USERS} + 1")} END, NULL,
           CASE WHEN organization THEN {key("org", f"n % {LIBRARIES} % {ORGANIZATIONS} + 1")} END,
           CASE WHEN organization THEN 1 WHEN n / {LIBRARIES} = 1 THEN 3 WHEN n % 1009 = 0 THEN 0 ELSE 1 + n % 2 END,
           CASE WHEN n / {LIBRARIES} > 1 AND n % 211 = 0 THEN now() + (n % 400 - 100) * interval '1 day' END, '',
           {key("user", f"n % {USERS} + 1")}, now(), now()
    FROM (SELECT n, n < {LIBRARIES} AS organization FROM generate_series(0, {SHARES - 1}) n) numbered;
"""


def fill() -> None:
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        for statement in filter(str.strip, ROWS.split(";\n")):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def database_time() -> Iterator[list[tuple[float, str]]]:
    """The milliseconds of every statement inside."""
    spent: list[tuple[float, str]] = []

    def clock(execute: Any, sql: str, *rest: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, *rest)
        finally:
            spent.append(((time.perf_counter() - start) * 1000, sql))

    with connection.execute_wrapper(clock):
        yield spent


def milliseconds(client: Client, page: str) -> tuple[float, int]:
    """The median of the database's time for the page, and its statements."""
    times: list[float] = []
    for _ in range(RUNS + 1):
        with database_time() as spent:
            response = client.get(urljoin(PATH, page))
        assert response.status_code == 200, response.status_code
        times.append(sum(each for each, _ in spent))
        if "-v" in sys.argv and len(times) == 2:
            for each, sql in spent:
                print(f"      {each:8.1f}  {sql[:100]} … {sql[-160:]}")
    return statistics.median(times[1:]), len(spent)


def signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@contextmanager
def stock_paging() -> Iterator[None]:
    """Django's own count and pages in place of ours."""
    share_admin = admin.site._registry[Share]
    with (
        patch.object(share_admin, "paginator", Paginator),
        patch.object(share_admin, "get_changelist", lambda request, **options: ChangeList),
        patch("django.contrib.admin.templatetags.admin_list.InclusionAdminNode.render", lambda *ignored: ""),
    ):
        yield


def main() -> int:
    if connection.vendor != "postgresql":
        print("Run it with .ci/with-postgres, or with DATABASE_URL naming an empty PostgreSQL database.")
        return 2
    start = time.perf_counter()
    fill()
    print(f"{Share.objects.count():,} shares made in {time.perf_counter() - start:.0f} s")
    superuser = signed_in(User.objects.create(username="root", is_superuser=True, is_staff=True))
    someone = User.objects.get(username="person-9")
    User.objects.filter(pk=someone.pk).update(is_staff=True)
    set_administrator(
        organization=Organization.objects.get(slug="org-10"), user=someone, administrator=True, actor=OPERATOR
    )
    administrator = signed_in(someone)
    further = Share.objects.order_by("-id").values_list("pk", flat=True)[500_000]

    opening = 0.0
    for name, client, page in (
        ("the list, opened", superuser, ""),
        ("its page 100", superuser, "?p=100"),
        ("half a million further back", superuser, f"?before={further}"),
        ("shut out", superuser, "?level__exact=0"),
        ("readers", superuser, "?level__exact=1"),
        ("organizations' shares", superuser, "?kind__exact=2"),
        ("users' shares", superuser, "?kind__exact=0"),
        ("expiring soon", superuser, "?end=soon"),
        ("by expiry", superuser, "?o=4"),
        ("of one organization", superuser, "?organization=org-7"),
        ("search: a person", superuser, "?q=person-4242"),
        ("search: a library", superuser, "?q=library-4242"),
        ("search: everything", superuser, "?q=e"),
        ("search: nothing", superuser, "?q=zzz"),
        ("an administrator's list, opened", administrator, ""),
        ("an administrator's page 90", administrator, "?p=90"),
        ("an administrator's search", administrator, "?q=person-1"),
        ("the home page", superuser, "/admin/"),
    ):
        took, statements = milliseconds(client, page)
        opening = opening or took
        print(f"{name:34} {took:8.1f} ms  {statements} statements")
    with stock_paging():
        for name, page in (("Django's own paging, opened", ""), ("Django's own paging, page 9,000", "?p=9000")):
            took, statements = milliseconds(superuser, page)
            print(f"{name:34} {took:8.1f} ms  {statements} statements, {took / opening:.0f} times ours")
    print(f"opening the list: {opening:.1f} ms of the database's time, limit {LIMIT_MS} ms")
    return 0 if opening < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
