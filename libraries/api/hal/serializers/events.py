"""Events, as the native API answers them, and the filters that it takes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import MomentField, QueryIntegerField, QueryTextField, StrictSerializer
from libraries.api.hal.pagination import DEFAULT_COUNT, MAX_COUNT, PageQuery
from libraries.api.hal.serializers.base import LEVELS, LevelField
from libraries.events.record import EventAction
from libraries.rules.levels import Level


class EventFilters(StrictSerializer):
    """Those of both lists; history.matching takes them as they are."""

    action = serializers.ChoiceField(choices=[action.value for action in EventAction], required=False)
    actor = QueryTextField(required=False, help_text="Who did it: a username.")
    principal = QueryTextField(required=False, help_text="Whom it is about, as the event's `principalId` says.")
    since = MomentField(required=False, help_text="From this moment on.")
    until = MomentField(required=False, help_text="Before this moment.")


class HistoryQuery(EventFilters, PageQuery):
    """The parameters of a library's list of events."""


class FeedQuery(EventFilters):
    """The parameters of the change feed."""

    organization = QueryTextField(required=False, help_text="A slug.")
    library = QueryTextField(required=False, help_text="Its UUID, or the natural id that it had.")
    count = QueryIntegerField(
        min_value=1, max_value=MAX_COUNT, default=DEFAULT_COUNT, help_text="At most so many on this page."
    )
    after = QueryTextField(
        default="", help_text="From a `next` link, good for ever and with any filters; opaque. Without it: all."
    )


@extend_schema_field({"type": "object", "additionalProperties": True})
class DetailsField(serializers.JSONField):
    """What else there is to say; for what changed, its name and the pair of its values before and after."""


@extend_schema_field(
    {"type": "integer", "minimum": 0, "maximum": max(Level), "description": f"{LEVELS}; null: no share."}
)
class LevelOrNull(LevelField):
    """A level, or null where there was or is no share."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)


class TextOrNull(serializers.CharField):
    """null for an empty text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]
        return str(value) or None


TRACES = ("keyId", "address")
"""What leads to a person's machines and habits."""


@extend_schema_serializer(component_name="Event")
class EventDocument(serializers.Serializer):
    """An event. Who administers is told by which key and from where too, `traced` in the context; an owner is not."""

    def to_representation(self, event: Any) -> dict[str, Any]:
        document = super().to_representation(event)
        return document if self.context.get("traced") else {k: v for k, v in document.items() if k not in TRACES}

    def get_fields(self) -> dict[str, serializers.Field]:
        """Written as a dictionary, since `from` is a word of Python's own."""
        return {
            "id": serializers.UUIDField(),
            "at": serializers.DateTimeField(),
            "actor": TextOrNull(help_text="A username; null for the operator of the service."),
            "action": serializers.ChoiceField(choices=[action.value for action in EventAction]),
            "principalId": TextOrNull(source="principal", help_text="alice, team:engineering, org:acme, everyone"),
            "from": LevelOrNull(source="from_level"),
            "to": LevelOrNull(source="to_level"),
            "details": DetailsField(),
            "via": serializers.CharField(help_text="The way in: a dialect, `admin`, `command` or `code`."),
            "requestId": TextOrNull(source="request_id"),
            "keyId": serializers.UUIDField(
                source="key_id", allow_null=True, required=False, help_text="Of the API key: for administrators."
            ),
            "address": serializers.CharField(
                allow_null=True, required=False, help_text="Where the request came from: for administrators."
            ),
            "organization": TextOrNull(help_text="A slug, as it was then."),
            "library": TextOrNull(help_text="A natural id."),
            "libraryId": serializers.UUIDField(source="library_id", allow_null=True),
        }
