"""What the native API's documents have in common: links, and levels as numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from libraries.api.fields import StrictIntegerField
from libraries.api.links import path_to
from libraries.models import Library, Scope
from libraries.rules.levels import Action, Level

LINK = {
    "type": "object",
    "properties": {"href": {"type": "string"}, "templated": {"type": "boolean"}, "name": {"type": "string"}},
    "required": ["href"],
}
LINKS = {
    "type": "object",
    "description": "HAL links by relation; each is there exactly when the caller may follow it.",
    "properties": {"curies": {"type": "array", "items": LINK}},
    "additionalProperties": LINK,
}


LEVELS = ", ".join(f"{level.value} ({level.name})" for level in Level)


@extend_schema_field({"type": "integer", "enum": Level.values, "description": LEVELS})
class LevelField(StrictIntegerField):
    """0 to 3."""

    default_error_messages = {"level": f"Must be one of {LEVELS}."}

    def to_internal_value(self, data: Any) -> Level:
        value = super().to_internal_value(data)
        if value not in Level.values:
            self.fail("level")
        return Level(value)


@extend_schema_field(
    {"type": "integer", "minimum": min(Level.values), "maximum": max(Level.values), "description": LEVELS}
)
class OptionalLevelField(LevelField):
    """0 to 3, or null for no share."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, **options)


class HalSerializer(serializers.Serializer):
    """A document with links, for the caller in `context["request"]`."""

    write_scope: ClassVar = Scope.LIBRARY_WRITE
    """What the caller's key must carry to change what the document is about."""
    _links = serializers.SerializerMethodField()

    def may_write(self) -> bool:
        """Whether the caller's key can change anything: where it cannot, links to changes lead nowhere."""
        return self.write_scope in self.context["request"].auth.scopes


class OfLibrarySerializer(HalSerializer):
    """A document about the library in `context["library"]`, which brings the caller's `access`."""

    @property
    def library(self) -> Library:
        return self.context["library"]

    def may(self, action: Action) -> bool:
        return action in self.library.access.actions

    def path(self, name: str, *arguments: str) -> dict[str, Any]:
        return {"href": path_to(f"hal:{name}", self.library.short_name, *arguments)}
