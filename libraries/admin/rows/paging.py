"""Lists that open as quickly at a million rows as at ten: counts with a limit, and pages that are found by their keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from libraries.admin.rows.scope import scoped
from libraries.identifiers import is_uuid

COUNTED = 10_000
"""How many rows are counted, and paged through by number; whoever wants one that lies deeper searches or filters."""


class CappedPaginator(Paginator):
    """Counts no further than COUNTED, since whoever counts a million rows reads a million rows."""

    object_list: QuerySet[Any]

    @cached_property
    def _found(self) -> int:
        return self.object_list.order_by().values("pk")[: COUNTED + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._found, COUNTED)

    @property
    def is_capped(self) -> bool:
        return self._found > COUNTED

    @cached_property
    def total(self) -> str:
        """How many there are, as far as that is known."""
        if not self.is_capped:
            return f"{self.count:,}"
        estimate = self._estimate()
        return f"about {estimate:,}" if estimate > COUNTED else f"more than {COUNTED:,}"

    def _estimate(self) -> int:
        """The rows of the whole table, as PostgreSQL's planner takes them to be; 0 where only some are listed."""
        connection = connections[self.object_list.db]
        if connection.vendor != "postgresql" or self.object_list.query.where:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass",
                [connection.ops.quote_name(self.object_list.model._meta.db_table)],
            )
            return cursor.fetchone()[0]

    def page(self, number: int | str) -> Page:
        """The keys first, so that what is passed over is not joined with everything that a row shows."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        if start == 0:
            return super().page(number)
        keys = list(self.object_list.values_list("pk", flat=True)[start : min(start + self.per_page, self.count)])
        return Page(self.object_list.filter(pk__in=keys), number, self)


class FurtherBack(admin.SimpleListFilter):
    """Goes on behind the rows that are paged through by number: those that come after one of them, newest first."""

    title = "place"
    parameter_name = "before"
    column = "pk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(self.value() or "", "Further back")] if self._last() else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        last = self._last()
        return queryset.filter(**{f"{self.column}__lt": self.place_of(last, queryset)}) if last else queryset

    def place_of(self, last: UUID, queryset: QuerySet[Any]) -> Any:
        """The value of `column` in the last row that was shown."""
        return last

    def _last(self) -> UUID | None:
        value = self.value() or ""
        return UUID(value) if is_uuid(value) else None


class FurtherBackInTime(FurtherBack):
    """For events, whose order is that of their positions."""

    column = "position"

    def place_of(self, last: UUID, queryset: QuerySet[Any]) -> Any:
        return scoped(queryset.model.objects.filter(pk=last), self.request).values("position")


class CappedChangeList(ChangeList):
    """A list that tells what is beyond the rows that it counts."""

    @property
    def further_back(self) -> str | None:
        """The address of what follows the last page, where the list is in the order that `FurtherBack` follows."""
        paginator: Any = self.paginator
        rows = list(self.result_list)
        is_last = paginator.is_capped and self.page_num == paginator.num_pages
        if not (is_last and rows and self.queryset.query.order_by[:1] in self._followed):
            return None
        return self.get_query_string({FurtherBack.parameter_name: rows[-1].pk}, remove=[PAGE_VAR])

    @property
    def _followed(self) -> list[tuple[str]]:
        filters = [each for each in self.list_filter if isinstance(each, type) and issubclass(each, FurtherBack)]
        columns = {each.column for each in filters} | {"id" for each in filters if each.column == "pk"}
        return [(f"-{column}",) for column in columns]
