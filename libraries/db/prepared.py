"""A queryset compiled once and run often: for the questions that are asked thousands of times a second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Model, QuerySet, UUIDField
from django.db.models.query import get_related_populators

Instance = TypeVar("Instance", bound=Model)


class Prepared(Generic[Instance]):
    """Building, compiling and planning a question costs several times what the database takes to answer it.

    So a queryset is compiled here with markers, values that stand nowhere else in it, and each run puts that run's
    values in their place. PostgreSQL keeps the plan, a connection each, where the setting DATABASE_PREPARED_STATEMENTS
    lets it.
    """

    def __init__(self, queryset: QuerySet[Instance]) -> None:
        self._queryset = queryset
        self._compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self._sql, self._parameters = self._compiler.as_sql()

    def run(self, values: Mapping[Any, Any]) -> list[Instance]:
        """The rows, with `values` (as the database takes them) in place of their markers. One query.

        They come out as the queryset's own: instances with relations and annotations.
        """
        return list(self._instances(self.columns(values)))

    @cached_property
    def _instances(self) -> Callable[[list[tuple[Any, ...]]], Iterable[Instance]]:
        """What makes instances of columns, as Django's own does, but with what it needs looked up once."""
        compiler = self._compiler
        places = compiler.klass_info["select_fields"]
        start, end = places[0], places[-1] + 1
        names = [column.target.attname for column, *_ in compiler.select[start:end]]
        populators: Any = get_related_populators  # the stubs are those of a later Django
        related = populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)
        annotations = list(compiler.annotation_col_map.items())
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        model = self._queryset.model

        def instances(rows: list[tuple[Any, ...]]) -> Iterable[Instance]:
            converted: Any = compiler.apply_converters(rows, converters) if converters else rows
            for row in converted:
                instance = model.from_db(DEFAULT_DB_ALIAS, names, row[start:end])
                for populator in related:
                    populator.populate(row, instance)
                for name, place in annotations:
                    setattr(instance, name, row[place])
                yield instance

        return instances

    def columns(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """The same rows as the database gives them, without making anything of them: several times as quick."""
        parameters = tuple(values.get(parameter, parameter) for parameter in self._parameters)
        with _cursor(connections[DEFAULT_DB_ALIAS]) as cursor:
            cursor.execute(self._sql, parameters)
            return cursor.fetchall()


_KEY: Any = UUIDField()


def keys(values: Mapping[UUID, Any]) -> dict[Any, Any]:
    """Keys by their markers, both as the database takes them."""
    connection = connections[DEFAULT_DB_ALIAS]
    prepare = _KEY.get_db_prep_value
    return {prepare(marker, connection): prepare(value, connection) for marker, value in values.items()}


def _cursor(connection: Any) -> Any:
    """On PostgreSQL one that sends statement and values apart, since no other is prepared; Django has no call for it."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor: Any = ServerBindingCursor
        return connection._prepare_cursor(cursor(connection.connection))
