"""Databases that were set up before the migrations began anew: told apart, and refused."""

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

FORMER = ("libraries", "0002_event_order")
"""A migration that those have, and no other."""


def reason_to_refuse(using: str) -> str:
    """Why the database of that alias cannot be used, and what to do; empty where it can, or is empty itself.

    Raises django.db.Error where it cannot be reached.
    """
    connection = connections[using]
    if FORMER not in MigrationRecorder(connection).applied_migrations():
        return ""
    name = connection.settings_dict["NAME"]
    anew = f"move {name} away" if connection.vendor == "sqlite" else "create a new one and name it in DATABASE_URL"
    return (
        f"The database {name} was set up by a version from before 0.1 (it has the migration {'.'.join(FORMER)}), "
        "and this version begins with a new one. Nothing was changed. Write its shares to a file with the version that "
        f"set it up (manage.py export_shares FILE), then {anew} and run this again."
    )
