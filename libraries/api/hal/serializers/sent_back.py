"""Bodies of PUT and PATCH that may be our own document, sent back with or without changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from libraries.api.fields import StrictSerializer


@extend_schema_field({"description": "Taken as a GET answers it, and ignored whatever it says."})
class Ignored(serializers.Field):
    """What a document tells and nobody sends: links, times, counters."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        raise serializers.SkipField


@extend_schema_field({"description": "As a GET answers it, or left out: it cannot be changed here."})
class Fixed(serializers.Field):
    """What must be as it stands, since somebody who sends another value means another thing, or a change that never comes."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is serializers.empty:
            raise serializers.SkipField
        return data


class SentBackSerializer(StrictSerializer):
    """A body that takes, beside what it changes, all else that the document of the same thing holds."""

    ignored: ClassVar[tuple[str, ...]] = ()
    fixed: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, Any]:
        more: dict[str, Any] = {name: Ignored(required=False) for name in ("_links", "_embedded", *self.ignored)}
        more |= {name: Fixed(required=False) for name in self.fixed}
        return {**super().get_fields(), **more}


def without_fixed(
    body: dict[str, Any], serializer_class: type[SentBackSerializer], standing: Mapping[str, Any]
) -> dict[str, Any]:
    """The valid body, without what cannot change. Raises ValidationError for what is not as it stands.

    standing: what the document says of each `fixed` field. JSON's true is not its 1.
    """
    sent = {name: body[name] for name in serializer_class.fixed if name in body}
    other = [name for name, value in sent.items() if (type(value), value) != (type(standing[name]), standing[name])]
    if other:
        raise serializers.ValidationError(
            dict.fromkeys(other, "It is another one here. Send it as it is, or leave it out.")
        )
    return {name: value for name, value in body.items() if name not in sent}
