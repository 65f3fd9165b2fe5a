"""Fields and serializers that take nothing for something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from libraries.db.text import SEARCH_LENGTH


class StrictSerializer(serializers.Serializer):
    """Refuses keys that it does not know, each by name."""

    default_error_messages = {"invalid": "Must be a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        given = data if isinstance(data, Mapping) else ()
        unknown = {key: ["There is no such field."] for key in given if key not in self.fields}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **unknown}) from error  # type: ignore[dict-item]
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class StrictIntegerField(serializers.IntegerField):
    """A JSON integer: neither `true`, nor `1.0`, nor `"1"`."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """`true` or `false`, not what looks like them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictCharField(serializers.CharField):
    """A JSON string; numbers are not turned into one. White space is kept, or trimmed once its length has been judged:
    a description knows what is sent, and not what is left of it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=options.pop("trim_whitespace", False), **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)


ZONE = r"Z|[+-][0-9]{2}:[0-9]{2}"
MOMENT = re.compile(
    rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]+)?(?:{ZONE})?", re.I | re.A
)
"""RFC 3339, whose zone is asked for apart."""


class MomentField(serializers.DateTimeField):
    """A moment as RFC 3339 writes it, with its zone: without one it would be another moment to each reader."""

    default_error_messages = {
        "invalid": "Write it as RFC 3339 has it: 2030-01-31T12:00:00Z.",
        "naive": "Include the time zone, as in 2030-01-31T12:00:00Z.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not MOMENT.fullmatch(data):
            self.fail("invalid")
        return super().to_internal_value(data.upper())

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("naive")
        return super().enforce_timezone(value)


class QueryTextField(StrictCharField):
    """A text in a query. An empty one is as good as none (`DialectViewSet.query`), so it may be sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_blank=True, **options)


class SearchField(QueryTextField):
    """A text to look for: no longer than a database looks for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default="", max_length=SEARCH_LENGTH, **options)


class QueryIntegerField(serializers.IntegerField):
    """A whole number in a query: digits, not everything that Python would take for them."""

    def to_internal_value(self, data: Any) -> int:
        if not re.fullmatch(r"-?[0-9]+", data):
            self.fail("invalid")
        return super().to_internal_value(data)


def written(moment: datetime) -> str:
    """What a DateTimeField answers for the moment, without the field."""
    text = moment.astimezone(UTC).isoformat()
    return f"{text.removesuffix('+00:00')}Z"
