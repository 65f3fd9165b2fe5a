"""Rows by the thousand, each call one statement: no instances, no signals. Values are the database's to check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from json import dumps
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Expression, Field, JSONField, Model

Row = dict[str, Any]
"""Attribute, such as `library_id`, to value. All rows of a call have the same ones in the same order."""


def insert(model: type[Model], rows: Sequence[Row]) -> None:
    """Insert the rows; columns that these lack take the database's defaults."""
    if not rows:
        return
    columns, values = _prepared(model, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {_name(model)} ({', '.join(columns)}) FROM STDIN") as copy:
                for line in values:
                    copy.write_row(line)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {_name(model)} ({', '.join(columns)}) VALUES ({marks})", values)


def update(model: type[Model], rows: Sequence[Row]) -> None:
    """Set columns of the rows whose key, the last column, is the one given."""
    _change(model, rows, "{0} = %s")


def add_to(model: type[Model], rows: Sequence[Row]) -> None:
    """Add to columns of the rows whose key, the last column, is the one given."""
    _change(model, rows, "{0} = {0} + %s")


def _change(model: type[Model], rows: Sequence[Row], how: str) -> None:
    if not rows:
        return
    columns, values = _prepared(model, rows)
    changes = ", ".join(how.format(column) for column in columns[:-1])
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {_name(model)} SET {changes} WHERE {columns[-1]} = %s", values)


class Among(Expression):
    """Whether the values of some columns, taken together, are among `rows`. Not for querysets that join."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        super().__init__()
        self._fields = [_fields(model)[column] for column in columns]
        self._rows = rows

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """`(a, b) IN (VALUES (1, 2), (3, 4))`"""
        converters = [_converter(field) for field in self._fields]
        row = f"({', '.join(['%s'] * len(converters))})"
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in self._fields)
        values = tuple(convert(value) for row in self._rows for convert, value in zip(converters, row, strict=True))
        return f"({columns}) IN (VALUES {', '.join([row] * len(self._rows))})", values


def _name(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _fields(model: type[Model]) -> dict[str, Field]:
    return {field.attname: field for field in model._meta.concrete_fields}


def _prepared(model: type[Model], rows: Sequence[Row]) -> tuple[list[str], list[list[Any]]]:
    """The columns' names, and the rows as the database takes them."""
    fields = _fields(model)
    converters = [_converter(fields[name]) for name in rows[0]]
    values = [[convert(value) for convert, value in zip(converters, row.values(), strict=True)] for row in rows]
    return [connection.ops.quote_name(str(fields[name].column)) for name in rows[0]], values


def _converter(field: Field) -> Callable[[Any], Any]:
    if isinstance(field, JSONField):
        return dumps
    if connection.vendor == "postgresql":
        return _as_it_is
    return lambda value: field.get_db_prep_save(value, connection)


def _as_it_is(value: Any) -> Any:
    return value
