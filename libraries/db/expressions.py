"""SQL that Django has no words for."""

from collections.abc import Iterable
from json import dumps
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, F, Field, Func


class IsAnyOf(Func):
    """Whether a column's value is among the rows of a subquery that does not depend on it.

    PostgreSQL then looks the rows up once and walks an index for them, where it would scan the table for an IN.
    """

    arg_joiner = " IN "
    template = "%(expressions)s"
    output_field = BooleanField()

    def as_postgresql(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        return self.as_sql(compiler, connection, arg_joiner=" = ANY(ARRAY", template="%(expressions)s)", **context)


class AreAmong(Func):
    """Whether columns, side by side, are one of the given rows: many looked up at once, and no others.

    The rows go along in a parameter or two: thousands of parameters take longer to pass than to look up.
    """

    output_field = BooleanField()

    def __init__(self, *columns: F, rows: Iterable[tuple[Any, ...]]) -> None:
        super().__init__(*columns)
        self.rows = tuple(rows)

    def as_sql(self, compiler, connection, **context):  # type: ignore[no-untyped-def,override]
        """SQLite: one array of arrays, in JSON."""
        places = ", ".join(f"json_extract(value, '$[{place}]')" for place, _ in enumerate(self._fields()))
        prepare = [field.get_db_prep_value for field in self._fields()]
        rows = [[each(value, connection) for each, value in zip(prepare, row, strict=True)] for row in self.rows]
        return self._condition(compiler, f"IN (SELECT {places} FROM json_each(%s))", [dumps(rows)])  # nosec B608

    def as_postgresql(self, compiler, connection, **context):  # type: ignore[no-untyped-def]
        """An array for each column; none cuts its texts to the column's length."""
        arrays = [array_of(field, connection) for field in self._fields()]
        values = [_array(column) for column in zip(*self.rows, strict=True)]
        if len(arrays) == 1:  # PostgreSQL counts an array's values; of a subquery's rows it assumes that few differ
            return self._condition(compiler, f"= ANY({arrays[0]})", values)
        return self._condition(compiler, f"IN (SELECT * FROM unnest({', '.join(arrays)}))", values)  # nosec B608

    def _fields(self) -> list[Any]:
        return [column.output_field for column in self.get_source_expressions()]

    def _condition(self, compiler: Any, operator_and_rows: str, parameters: list[str]) -> tuple[str, list[Any]]:
        if not self.rows:
            raise EmptyResultSet
        columns = [compiler.compile(column) for column in self.get_source_expressions()]
        sql = f"({', '.join(sql for sql, _ in columns)}) {operator_and_rows}"
        return sql, [*(each for _, found in columns for each in found), *parameters]


def array_of(field: Field, connection: Any) -> str:
    """The place in a statement for an array of the field's values, of any length each. For PostgreSQL."""
    kind = str(field.db_type(connection)).partition("(")[0]
    return f"%s::{kind}[]"


def _array(values: Iterable[Any]) -> str:
    """The values as PostgreSQL writes an array of texts."""
    texts = [value.hex if isinstance(value, UUID) else str(value) for value in values]  # its hyphens take longest
    together = "".join(texts)
    if '"' in together or "\\" in together:
        texts = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(texts) + '"}'
