"""How PostgreSQL answers the hot questions among 10⁵ shares: it never reads all shares, nor all grants."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction

from libraries.access.check import can, get_libraries_for
from libraries.access.compiled import find_with_access
from libraries.access.decisions import Question, decide
from libraries.access.known import People
from libraries.access.lists import (
    FEW_HOLDERS,
    count_visible_libraries,
    levels_on_by_page,
    visible_libraries_by_page,
    who_can_by_page,
)
from libraries.access.names import with_names_for
from libraries.access.subjects import SubjectName
from libraries.models import OPERATOR, Library, Organization, Share, User
from libraries.people.keys import create_api_key, find_api_key
from libraries.people.teams import create_team
from libraries.rules.levels import Action, Kind
from libraries.sharing.search import principal_begins_with

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans otherwise, and without statistics"),
]

SHARES_AND_GRANTS = {
    "libraries_share",
    "libraries_libraryuserobjectpermission",
    "libraries_librarygroupobjectpermission",
}
LIBRARIES = 45_000
USERS = 20_000
TEAMS = 300
READERS = FEW_HOLDERS + 500
KEY = "md5('{0}' || n)::uuid"


def shares(number: int, kind: Kind, column: str, principal: str, library: str) -> str:
    return (
        f"INSERT INTO libraries_share (id, library_id, kind, level, note, created_at, updated_at, {column})"
        f" SELECT md5('{column}' || {library} || n)::uuid, {library}, {kind:d}, 1, '', now(), now(), {principal}"
        f" FROM generate_series(0, {number - 1}) n"
    )


def statements(organization: Organization, crowded: Library) -> list[str]:
    """Each library has a user's share and a team's; the crowded one has those of READERS users too."""
    view = Permission.objects.get(codename=Action.VIEW).pk
    user = "md5('user' || n % {0})::uuid".format
    team = "(SELECT array_agg(id) FROM libraries_team WHERE slug LIKE 'crowd-%')"
    return [
        f"""INSERT INTO libraries_user (id, username, email, password, first_name, last_name, is_superuser, is_staff,
                                        is_active, date_joined)
            SELECT {KEY.format("user")}, 'user-' || n, 'user-' || n || '@acme.example', '', '', '', false, false, true, now()
            FROM generate_series(0, {USERS - 1}) n""",
        f"""INSERT INTO libraries_user_groups (user_id, group_id)
            SELECT {KEY.format("user")}, {organization.group_id} FROM generate_series(0, {USERS - 1}) n
            UNION ALL SELECT md5('user' || k)::uuid, group_id FROM generate_series(0, {USERS - 1}) k
            JOIN libraries_team ON slug = 'crowd-' || k % {TEAMS}""",
        f"""INSERT INTO libraries_library (id, natural_id, object_id, name, description, emoji, organization_id,
                                           editors_can_share, share_count, revision, created_at, updated_at)
            SELECT {KEY.format("library")}, 'library-' || n, lpad(to_hex(n), 24, '0'), 'Library ' || md5(n::text), '', '',
                   '{organization.pk}', false, 2, 0, now(), now() FROM generate_series(0, {LIBRARIES - 1}) n""",
        shares(LIBRARIES, Kind.USER, "user_id", user(USERS - 1), KEY.format("library")),
        shares(LIBRARIES, Kind.TEAM, "team_id", f"({team})[1 + n % {TEAMS}]", KEY.format("library")),
        shares(READERS, Kind.USER, "user_id", user(USERS), f"'{crowded.pk}'::uuid"),
        f"""INSERT INTO libraries_libraryuserobjectpermission (share_id, content_object_id, user_id, permission_id)
            SELECT id, library_id, user_id, {view} FROM libraries_share WHERE note = '' AND user_id IS NOT NULL
            AND id NOT IN (SELECT share_id FROM libraries_libraryuserobjectpermission)""",
        f"""INSERT INTO libraries_librarygroupobjectpermission
                (share_id, content_object_id, group_id, permission_id, breadth)
            SELECT s.id, library_id, t.group_id, {view}, 1 FROM libraries_share s JOIN libraries_team t ON t.id = team_id
            WHERE slug LIKE 'crowd-%'""",
        f"UPDATE libraries_library SET share_count = {READERS} WHERE id = '{crowded.pk}'",
        *(f"ANALYZE {table}" for table in (*sorted(SHARES_AND_GRANTS), "libraries_user", "libraries_user_groups")),
        "ANALYZE libraries_library",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "SET CONSTRAINTS ALL DEFERRED",  # else every test would check all rows anew
    ]


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The data, made once for these tests and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        acme = Organization.objects.get(slug="acme")
        for number in range(TEAMS):
            create_team(organization=acme, slug=f"crowd-{number}", name="Crowd", actor=OPERATOR)
        with connection.cursor() as cursor:
            for statement in statements(acme, Library.objects.get(natural_id="handbook")):
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def named(natural_id: str) -> Library:
    return Library.objects.select_related("organization").get(natural_id=natural_id)


def page(rows: Any, *order: str) -> list[Any]:
    return list(rows.order_by(*order)[:51])


def decide_about(library: Library, asker: User) -> object:
    return decide([Question(SubjectName(Kind.USER, "user-7"), Action.VIEW, library.natural_id)], asker=asker)


def shares_named(library: Library, text: str) -> list[Any]:
    return page(library.shares.with_principals().filter(principal_begins_with(library, text)), "id")


def can_view(library: Library, asker: User) -> People:
    return who_can_by_page(library, Action.VIEW, asker=asker)


def stranger() -> User:
    return User.objects.get(username="frank")


# Of `one`, who sees some hundred libraries; `quiet`, which few read; and `crowded`, which many read.
QUESTIONS: dict[str, Callable[[User, Library, Library], object]] = {
    "check": lambda one, quiet, crowded: can(one, quiet, Action.VIEW),
    "decision": lambda one, quiet, crowded: decide_about(quiet, one),
    "visible": lambda one, quiet, crowded: page(visible_libraries_by_page(one), "name", "id"),
    "count": lambda one, quiet, crowded: count_visible_libraries(one),
    "shares": lambda one, quiet, crowded: page(crowded.shares.with_principals(), "id"),
    "shares by no name": lambda one, quiet, crowded: shares_named(crowded, "nobody"),
    "shares by few names": lambda one, quiet, crowded: shares_named(crowded, "user-777"),
    "shares by many names": lambda one, quiet, crowded: shares_named(crowded, "u"),
    "access of few": lambda one, quiet, crowded: page(levels_on_by_page(quiet, asker=one).named, "username"),
    "access of many": lambda one, quiet, crowded: page(levels_on_by_page(crowded, asker=one).named, "username"),
    "who can, few": lambda one, quiet, crowded: page(can_view(quiet, one).named, "username"),
    "who can, many": lambda one, quiet, crowded: page(can_view(crowded, one).named, "username"),
    "how many others, few": lambda one, quiet, crowded: can_view(quiet, one).count_unnamed(),
    "how many others, many": lambda one, quiet, crowded: can_view(crowded, one).count_unnamed(),
    "how many strangers": lambda one, quiet, crowded: can_view(crowded, stranger()).count_unnamed(),
}


def scanned(ask: Callable[[], object]) -> set[str]:
    """The tables that are read from end to end for an answer."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        ask()
    assert asked
    return {table for statement in asked for table in scanned_by(plan_of(*statement))}


def plan_of(sql: str, parameters: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        (found,) = cursor.fetchone()
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def scanned_by(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from scanned_by(part)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_reads_all_shares_or_grants(crowd, question):
    one, quiet, crowded = User.objects.get(username="user-7"), named("library-7"), named("handbook")
    assert not scanned(lambda: QUESTIONS[question](one, quiet, crowded)) & SHARES_AND_GRANTS


def test_nor_does_the_first_page_for_who_sees_many_libraries(crowd):
    one = User.objects.get(username="user-7")
    assert not scanned(lambda: page(Library.objects.visible_to(one, walking=True), "name", "id")) & SHARES_AND_GRANTS


NAMES = ["library-7", "acme.library-8", str(UUID(int=9)), "0" * 23 + "9", "nothing"]


@pytest.mark.parametrize("names", [*([name] for name in NAMES), NAMES, [f"library-{each}" for each in range(1000)]])
def test_libraries_are_looked_up_by_their_names_and_read_no_others_r16(crowd, names):
    one = User.objects.get(username="user-7")
    questions = [Question(SubjectName(Kind.USER, "user-7"), Action.VIEW, name) for name in names]
    for ask in (
        lambda: [find_with_access(one, name) for name in names[:5]],
        lambda: get_libraries_for(one, names),
        lambda: decide(questions, asker=one),
    ):
        assert "libraries_library" not in scanned(ask)


def test_nor_do_pages_that_are_named_for_who_reads_them(crowd):
    one = User.objects.get(username="user-7")
    listed = with_names_for(Library.objects.visible_to(one, walking=True), one)
    for order in (("name", "id"), ("natural_id", "organization_id")):
        assert not scanned(partial(page, listed, *order)) & {*SHARES_AND_GRANTS, "libraries_library"}


def test_a_key_is_looked_up_without_reading_them(crowd):
    secret = create_api_key(user=User.objects.get(username="user-7"), name="x", scopes=(), actor=OPERATOR)[1]
    assert find_api_key(secret)
    assert not scanned(lambda: find_api_key(secret)) & SHARES_AND_GRANTS


def test_a_question_without_an_index_would_be_noticed(crowd):
    assert scanned(lambda: list(Share.objects.filter(note="none has it"))) == {"libraries_share"}
