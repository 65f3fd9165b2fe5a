"""Events: looked at by those who may, changed and deleted by nobody (R11)."""

from __future__ import annotations

from django.contrib import admin

from libraries.admin.base import ConsoleAdmin, ListedFilter, ReadOnly, organization_filter
from libraries.admin.rows.paging import FurtherBackInTime
from libraries.events.record import EventAction
from libraries.models import Event
from libraries.rules.levels import Level

WAYS_IN = ("hal", "mistral", "lightly", "google", "authzen", "admin", "command", "code")


class ActionFilter(ListedFilter):
    title = "action"
    parameter_name = "action"
    values = tuple(action.value for action in EventAction)


class WayInFilter(ListedFilter):
    title = "way in"
    parameter_name = "via"
    values = WAYS_IN


@admin.register(Event)
class EventAdmin(ReadOnly, ConsoleAdmin):
    list_display = ("moment", "actor", "action", "library", "principal", "levels", "via")
    linked = ("library_id__exact", "actor_id__exact")
    list_filter = (
        organization_filter("organization_id"),
        ActionFilter,
        WayInFilter,
        "at",
        "to_level",
        FurtherBackInTime,
    )
    ordering = ("-position",)
    search_fields = ("^actor", "^library", "^principal", "^organization", "=request_id")
    search_help_text = (
        "The beginning of an actor, a library's natural id, a principal or an organization; a request id."
    )

    fields = (
        "moment",
        "action",
        "actor",
        "organization",
        "library",
        "principal",
        "levels",
        "details",
        "via",
        "key_id",
        "address",
        "request_id",
        "id",
        "actor_id",
        "organization_id",
        "library_id",
    )
    readonly_fields = fields

    @admin.display(description="at (UTC)", ordering="position")
    def moment(self, obj: Event) -> str:
        return f"{obj.at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="level")
    def levels(self, obj: Event) -> str | None:
        """From and to, where the event is about a level."""
        if obj.from_level is None and obj.to_level is None:
            return None
        return f"{_named(obj.from_level)} → {_named(obj.to_level)}"


def _named(level: int | None) -> str:
    return "no share" if level is None else Level(level).name
