"""Rows by the thousand, each call one statement: no instances, no signals. Values are the database's to check.

No two rows of a call have the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, JSONField, Model, QuerySet

from libraries.db.expressions import array_of

# Names of tables and columns in the statements here come from the models and are quoted; values are always parameters.

Instance = TypeVar("Instance", bound=Model)
RowValues = dict[str, Any]
Columns = Sequence[str]
"""Names of attributes, such as `library_id`. Each row has a value for each: keys, moments and JSON may be texts."""


def locked_to_share(rows: QuerySet[Any], columns: Columns) -> list[RowValues]:
    """Read rows that nobody may change or delete until the transaction ends, and that others may lock like this too."""
    found = rows.values(*columns)
    if connection.vendor != "postgresql":  # SQLite lets one transaction write at a time
        return list(found)
    statement, parameters = found.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} FOR SHARE", parameters)
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def kept_as_referred(rows: QuerySet[Instance]) -> list[Instance]:
    """Read rows of one table as what is made next refers to them: until the transaction ends, no full lock is taken.

    Otherwise PostgreSQL locks a row that is referred to only as the transaction ends.
    """
    if connection.vendor != "postgresql":  # SQLite lets one transaction write at a time
        return list(rows)
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return []
    return list(rows.model._default_manager.raw(f"{statement} FOR KEY SHARE", parameters))


def insert(model: type[Model], columns: Columns, rows: Collection[Sequence[Any]]) -> None:
    """Insert the rows; columns that are not named take the database's defaults."""
    if not rows:
        return
    target = f"{_name(model)} ({', '.join(_names(model, columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {target} VALUES ({marks})"  # nosec B608
            cursor.executemany(statement, _prepared(model, columns, rows))


def insert_joined(
    model: type[Model], columns: Columns, rows: QuerySet[Any], pairs: Collection[tuple[int, int]]
) -> None:
    """Insert rows that a query lists, each joined to every pair that begins with its last value.

    What is inserted ends with the pair's second value in place of that last one.
    """
    names = ", ".join(_names(model, columns))
    found = ", ".join(_names(model, columns[:-1]))
    query, parameters = rows.query.sql_with_params()
    statement = (
        f"INSERT INTO {_name(model)} ({names}) "  # nosec B608
        f"WITH found ({found}, key) AS ({query}), pairs (key, value) AS (VALUES {', '.join(['(%s, %s)'] * len(pairs))}) "
        f"SELECT {found}, value FROM found JOIN pairs USING (key)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *(each for pair in pairs for each in pair)])


def update(model: type[Model], columns: Columns, rows: Collection[Sequence[Any]]) -> None:
    """Set columns of the rows whose key, the last column, is the one given."""
    _change(model, columns, rows, "{given}")


def add_to(model: type[Model], columns: Columns, rows: Collection[Sequence[Any]]) -> None:
    """Add to columns of the rows whose key, the last column, is the one given."""
    _change(model, columns, rows, "{found} + {given}")


def _change(model: type[Model], columns: Columns, rows: Collection[Sequence[Any]], new_value: str) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            values = [list(column) for column in zip(*rows, strict=True)]
            cursor.execute(_change_of_all(model, columns, new_value), values)
        else:
            cursor.executemany(_change_of_one(model, columns, new_value), _prepared(model, columns, rows))


def _change_of_all(model: type[Model], columns: Columns, new_value: str) -> str:
    """The statement that takes all values of each column in an array."""
    table, names, fields = _name(model), _names(model, columns), _fields(model)
    new_values = {name: new_value.format(found=f"{table}.{name}", given=f"given.{name}") for name in names[:-1]}
    arrays = ", ".join(array_of(fields[column], connection) for column in columns)
    return (
        f"UPDATE {table} SET {_assigned(new_values)} FROM unnest({arrays}) AS given ({', '.join(names)}) "  # nosec B608
        f"WHERE {table}.{names[-1]} = given.{names[-1]}"
    )


def _change_of_one(model: type[Model], columns: Columns, new_value: str) -> str:
    """The statement that takes the values of a row."""
    names = _names(model, columns)
    new_values = {name: new_value.format(found=name, given="%s") for name in names[:-1]}
    return f"UPDATE {_name(model)} SET {_assigned(new_values)} WHERE {names[-1]} = %s"  # nosec B608


def _assigned(new_values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in new_values.items())


def _name(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _names(model: type[Model], columns: Columns) -> list[str]:
    fields = _fields(model)
    return [connection.ops.quote_name(str(fields[column].column)) for column in columns]


def _fields(model: type[Model]) -> dict[str, Field]:
    return {field.attname: field for field in model._meta.concrete_fields}


def _prepared(model: type[Model], columns: Columns, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """The rows as the database takes them."""
    fields = _fields(model)
    converters = [_converter(fields[column]) for column in columns]
    return [[convert(value) for convert, value in zip(converters, row, strict=True)] for row in rows]


def _converter(field: Field) -> Callable[[Any], Any]:
    if isinstance(field, JSONField) or connection.vendor == "postgresql":
        return _as_it_is
    return lambda value: field.get_db_prep_save(value, connection)


def _as_it_is(value: Any) -> Any:
    return value
