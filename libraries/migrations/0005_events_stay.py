"""Events stay on SQLite too; what `manage.py flush` does instead is in libraries/management/commands/flush.py."""

from django.db import migrations

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER libraries_event_stays BEFORE DELETE ON libraries_event
    BEGIN
        SELECT RAISE(ABORT, 'Events are never changed or deleted.');
    END
    """,
    # INSERT OR REPLACE deletes without asking the other trigger.
    """
    CREATE TRIGGER libraries_event_not_replaced BEFORE INSERT ON libraries_event
    WHEN EXISTS (SELECT 1 FROM libraries_event WHERE id = NEW.id)
        OR (NEW.position <> 0 AND EXISTS (SELECT 1 FROM libraries_event WHERE position = NEW.position))
    BEGIN
        SELECT RAISE(ABORT, 'Events are never changed or deleted.');
    END
    """,
)
SQLITE_TRIGGERS_UNDONE = ("DROP TRIGGER libraries_event_not_replaced", "DROP TRIGGER libraries_event_stays")


def _run(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "sqlite":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("libraries", "0004_usernames")]

    operations = [migrations.RunPython(_run(SQLITE_TRIGGERS), _run(SQLITE_TRIGGERS_UNDONE))]
