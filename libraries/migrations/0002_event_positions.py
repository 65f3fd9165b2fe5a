"""Events in an order in which nothing is ever added behind a reader; libraries/models/events.py says how."""

from django.db import migrations, models

import libraries.db.in_migrations

# Set to 0 as if that had been given out: the last value is the newest position, also before the first event.
POSTGRESQL_SEQUENCE = """
CREATE SEQUENCE libraries_event_position MINVALUE 0;
SELECT setval('libraries_event_position', 0);
"""
POSTGRESQL_SEQUENCE_UNDONE = "DROP SEQUENCE libraries_event_position"

# 21320, in the highest 16 bits of the key of an advisory lock, sets these locks apart from everybody else's.
# The functions find their tables whatever path the session has: pg_restore has none.
POSTGRESQL_FUNCTIONS = """
CREATE FUNCTION libraries_announce_events() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    newest bigint;
    floor bigint;
BEGIN
    -- Once a transaction; what a rolled back savepoint announced is forgotten together with its lock.
    IF current_setting('libraries.announced_by', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        SELECT max(position) INTO newest FROM libraries_event;
        SELECT last_value INTO floor FROM libraries_event_position;
        IF newest > floor THEN  -- rows that brought their positions along, from another database
            floor := setval('libraries_event_position', newest);
        END IF;
        PERFORM pg_advisory_xact_lock_shared(21320::bigint << 48 | floor);
        PERFORM set_config('libraries.announced_by', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;

-- For each statement and before it, so before any default of a column is computed.
CREATE TRIGGER libraries_event_announced BEFORE INSERT ON libraries_event
    FOR EACH STATEMENT EXECUTE FUNCTION libraries_announce_events();

CREATE FUNCTION libraries_event_horizon() RETURNS bigint LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    newest bigint;
BEGIN
    -- Two statements: locks are looked at only after the newest position is known.
    SELECT max(position) INTO newest FROM libraries_event;
    RETURN least(newest, (
        SELECT min((classid::bigint & 65535) << 32 | objid::bigint) FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = 21320
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND pid <> pg_backend_pid()  -- one's own events are there for oneself
    ));
END $$;

CREATE FUNCTION libraries_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Events are never changed or deleted.' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER libraries_event_append_only BEFORE UPDATE OR DELETE ON libraries_event
    FOR EACH ROW EXECUTE FUNCTION libraries_refuse_event_change();
"""
POSTGRESQL_FUNCTIONS_UNDONE = """
DROP TRIGGER libraries_event_append_only ON libraries_event;
DROP TRIGGER libraries_event_announced ON libraries_event;
DROP FUNCTION libraries_refuse_event_change;
DROP FUNCTION libraries_event_horizon;
DROP FUNCTION libraries_announce_events;
"""

SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER libraries_event_numbered AFTER INSERT ON libraries_event WHEN NEW.position = 0
    BEGIN
        UPDATE libraries_event SET position = (SELECT max(position) FROM libraries_event) + 1 WHERE id = NEW.id;
    END
    """,
    # Deleting is not refused here: it is how `manage.py flush` empties a table.
    """
    CREATE TRIGGER libraries_event_append_only BEFORE UPDATE ON libraries_event WHEN OLD.position <> 0
    BEGIN
        SELECT RAISE(ABORT, 'Events are never changed.');
    END
    """,
)
SQLITE_TRIGGERS_UNDONE = ("DROP TRIGGER libraries_event_append_only", "DROP TRIGGER libraries_event_numbered")


def _run(*, postgresql=(), sqlite=()):
    def run(apps, schema_editor):
        statements = {"postgresql": postgresql, "sqlite": sqlite}[schema_editor.connection.vendor]
        for statement in statements:
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("libraries", "0001_initial")]

    operations = [
        migrations.RunPython(_run(postgresql=[POSTGRESQL_SEQUENCE]), _run(postgresql=[POSTGRESQL_SEQUENCE_UNDONE])),
        migrations.AlterField(
            "event",
            "position",
            models.BigIntegerField(db_default=libraries.db.in_migrations.NextPosition(), editable=False, unique=True),
        ),
        # Last of all: on SQLite a changed column makes the table anew, without its triggers.
        migrations.RunPython(
            _run(postgresql=[POSTGRESQL_FUNCTIONS], sqlite=SQLITE_TRIGGERS),
            _run(postgresql=[POSTGRESQL_FUNCTIONS_UNDONE], sqlite=SQLITE_TRIGGERS_UNDONE),
        ),
    ]
