"""What the migrations make is what the models say, and what only SQL can say: column by column, on both databases.

The models' tables are made once more, straight from the models, in an empty place, and the two catalogues compared.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

Catalogue = set[str]

# What keeps service accounts where they are (R13); libraries/db/guards.py has them.
GUARDS = {
    "trigger libraries_service_account_stays on libraries_user": "refuses to make a person of one, or one of a person",
    "trigger libraries_service_account_member on libraries_user_groups": "refuses it groups of other organizations",
    "trigger libraries_service_account_power on libraries_organizationuserobjectpermission": "refuses it powers",
}
# The order of events; libraries/models/events.py tells of it.
ONLY_SQL_CAN_SAY = {
    "postgresql": {
        "sequence libraries_event_position": "counts the events",
        "function libraries_announce_events": "locks the place from which a transaction's events are numbered",
        "trigger libraries_event_announced on libraries_event": "calls it before the first number is taken",
        "function libraries_event_horizon": "the place up to which nothing will be added",
        "function libraries_refuse_event_change": "refuses to change or delete an event (R11)",
        "trigger libraries_event_append_only on libraries_event": "calls it",
        **GUARDS,
        **{f"function {guard.split()[1]}": "is what it calls" for guard in GUARDS},
    },
    "sqlite": {
        "trigger libraries_event_numbered on libraries_event": "puts the next number in the place of 0",
        "trigger libraries_event_append_only on libraries_event": "refuses to change an event (R11)",
        "trigger libraries_event_stays on libraries_event": "refuses to delete one",
        "trigger libraries_event_not_replaced on libraries_event": "refuses to put another in its place",
        **GUARDS,
    },
}

POSTGRESQL = """
WITH relation AS (SELECT * FROM pg_class WHERE relnamespace = %(schema)s::regnamespace AND relname LIKE 'libraries\\_%%')
SELECT concat_ws(' ', 'column', relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
        (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum))
    FROM pg_attribute JOIN relation ON relation.oid = attrelid WHERE attnum > 0 AND NOT attisdropped AND relkind = 'r'
UNION ALL SELECT concat_ws(' ', 'constraint', relname, conname, pg_get_constraintdef(pg_constraint.oid))
    FROM pg_constraint JOIN relation ON relation.oid = conrelid
UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN relation ON relation.oid = indrelid
UNION ALL SELECT 'sequence ' || relname FROM relation WHERE relkind = 'S'
UNION ALL SELECT concat('trigger ', tgname, ' on ', relname)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = %(schema)s::regnamespace
UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = %(schema)s::regnamespace
"""
SQLITE = """
SELECT type, name, tbl_name, sql FROM sqlite_master
WHERE type = 'trigger' OR (tbl_name LIKE 'libraries\\_%' ESCAPE '\\' AND sql IS NOT NULL)
"""


def catalogue_of_postgresql(schema: str) -> Catalogue:
    with connection.cursor() as cursor:
        cursor.execute(POSTGRESQL, {"schema": schema})
        return {text.replace(f"{schema}.", "") for (text,) in cursor.fetchall()}


def catalogue_of_sqlite(database: BaseDatabaseWrapper) -> Catalogue:
    with database.cursor() as cursor:
        cursor.execute(SQLITE)
        return {line for row in cursor.fetchall() for line in lines_of(*row)}


def lines_of(kind: str, name: str, table: str, sql: str) -> Iterator[str]:
    """A table's columns and constraints, each for itself: their order says nothing."""
    if kind == "trigger":
        yield f"trigger {name} on {table}"
    elif kind == "index":
        yield sql
    else:
        yield from (f"table {table}: {part}" for part in parts_of(sql.partition("(")[2].rpartition(")")[0]))


def parts_of(definitions: str) -> Iterator[str]:
    """What stands between the commas that are in no bracket and no text."""
    begin = depth = 0
    in_text = False
    for place, character in enumerate(definitions):
        in_text ^= character == "'"
        if not in_text:
            depth += (character == "(") - (character == ")")
            if character == "," and depth == 0:
                yield definitions[begin:place].strip()
                begin = place + 1
    yield definitions[begin:].strip()


def make_the_models_tables(database: BaseDatabaseWrapper) -> None:
    with database.schema_editor() as editor:
        for model in apps.get_app_config("libraries").get_models():
            if not model._meta.proxy:
                editor.create_model(model)


@pytest.fixture
def declared(db) -> Catalogue:
    """What the models say."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA declared")
            cursor.execute("SET LOCAL search_path TO declared, public")
            make_the_models_tables(connection)
            found = catalogue_of_postgresql("declared")
            cursor.execute("SET LOCAL search_path TO public")
        return found
    empty = connection.copy()
    empty.settings_dict["NAME"] = ":memory:"
    try:
        make_the_models_tables(empty)
        return catalogue_of_sqlite(empty)
    finally:
        empty.close()


def there() -> Catalogue:
    """What the migrations made."""
    return catalogue_of_postgresql("public") if connection.vendor == "postgresql" else catalogue_of_sqlite(connection)


def expected(declared: Catalogue) -> Catalogue:
    return declared | ONLY_SQL_CAN_SAY[connection.vendor].keys()


def test_it_is_what_the_models_and_the_sql_say(declared):
    assert sorted(expected(declared) - there()) == []
    assert sorted(there() - expected(declared)) == []


APPEND_ONLY = "DROP TRIGGER libraries_event_append_only"


@pytest.mark.parametrize(
    "change",
    [
        "DROP INDEX share_by_end",
        "CREATE INDEX surplus ON libraries_share (note)",
        "DROP INDEX share_level_owner; CREATE INDEX share_level_owner ON libraries_share (id) WHERE level = 2",
        "ALTER TABLE libraries_share ADD COLUMN surplus integer",
        {"postgresql": f"{APPEND_ONLY} ON libraries_event", "sqlite": APPEND_ONLY},
    ],
)
def test_it_differs_after_any_change(declared, change):
    statements = change if isinstance(change, str) else change[connection.vendor]
    with connection.cursor() as cursor:
        for statement in statements.split("; "):
            cursor.execute(statement)
    assert there() != expected(declared)
