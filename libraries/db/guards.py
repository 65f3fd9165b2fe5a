"""Triggers that keep a service account in its organization, whoever writes to the tables (R13).

What one row says, check constraints hold. These look at other tables, too. SQLite makes a table anew to change it, and
refuses to while a trigger names one that is away: so they are taken off before migrations and put on after them.
"""

from __future__ import annotations

from django.db import connections

REFUSAL = "A service account stays in its own organization, and administers nothing."

# (name, table, events, when it is refused); NEW is the row that would be written. Memberships are of groups: the
# organization's own, and those of its teams.
GUARDS = (
    (
        "libraries_service_account_stays",
        "libraries_user",
        "UPDATE OF service_of_id",
        "OLD.service_of_id IS NOT NULL AND (NEW.service_of_id IS NULL OR NEW.service_of_id <> OLD.service_of_id)"
        " OR OLD.service_of_id IS NULL AND NEW.service_of_id IS NOT NULL",
    ),
    (
        "libraries_service_account_member",
        "libraries_user_groups",
        "INSERT",
        "EXISTS (SELECT 1 FROM libraries_user u WHERE u.id = NEW.user_id AND u.service_of_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM libraries_organization o"
        " WHERE o.id = u.service_of_id AND o.group_id = NEW.group_id)"
        " AND NOT EXISTS (SELECT 1 FROM libraries_team t"
        " WHERE t.organization_id = u.service_of_id AND t.group_id = NEW.group_id))",
    ),
    (
        "libraries_service_account_power",
        "libraries_organizationuserobjectpermission",
        "INSERT",
        "EXISTS (SELECT 1 FROM libraries_user u WHERE u.id = NEW.user_id AND u.service_of_id IS NOT NULL"
        " AND (u.service_of_id <> NEW.content_object_id OR EXISTS (SELECT 1 FROM auth_permission p"
        " WHERE p.id = NEW.permission_id AND p.codename = 'administer_organization')))",
    ),
)


def put_on(using: str) -> None:
    """Put on what is lacking."""
    with connections[using].cursor() as cursor:
        for statement in _statements(connections[using].vendor):
            cursor.execute(statement)


def take_off(using: str) -> None:
    """Take off what is there."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for name, table, *_ in GUARDS:
            if table in there:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {events} ON {table} WHEN {refused}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for name, table, events, refused in GUARDS
        ]
    return [statement for guard in GUARDS for statement in _of_postgresql(*guard)]


def _of_postgresql(name: str, table: str, events: str, refused: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$"
        f" BEGIN IF {refused} THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END $$",
        f"CREATE OR REPLACE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
