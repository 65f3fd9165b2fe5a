"""What the native API's documents have in common: links, and levels as numbers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from libraries.api.fields import StrictIntegerField
from libraries.levels import Level
from libraries.models import Scope

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


class HalSerializer(serializers.Serializer):
    """A document with links, for the caller in `context["request"]`."""

    _links = serializers.SerializerMethodField()

    def may_write(self) -> bool:
        """Whether the caller's key can change anything: where it cannot, links to changes lead nowhere."""
        return Scope.LIBRARY_WRITE in self.context["request"].auth.scopes
