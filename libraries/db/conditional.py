"""Statements that do something only where a query finds a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.db.models.fields import NOT_PROVIDED

# Names of tables and columns in the statements here come from the models and are quoted; values are always parameters.


def is_there(query: str, parameters: Sequence[Any]) -> bool:
    """Whether the query finds a row."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone() is not None


def insert_where(instance: Model, query: str, parameters: Sequence[Any]) -> bool:
    """Insert the instance if the query finds exactly one row, in one statement; returns whether it did.

    Columns that have a default in the database take it. No signals are sent.
    """
    fields = [field for field in instance._meta.concrete_fields if field.db_default is NOT_PROVIDED]
    quoted = connection.ops.quote_name
    names = ", ".join(quoted(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = (
        f"INSERT INTO {quoted(instance._meta.db_table)} ({names}) "  # nosec B608
        f"SELECT {marks} FROM ({query}) AS found"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(_value(field, instance) for field in fields), *parameters])
        return cursor.rowcount == 1


def _value(field: Field, instance: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(instance, add=True), connection)
