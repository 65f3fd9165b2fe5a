"""Query parameters: those that every call takes, and those of the updates."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from libraries.api.fields import StrictCharField
from libraries.api.google.messages import FieldMaskField, Message

NAMES = "json"
NUMBERS = "json;enum-encoding=int"


class Parameters(Message):
    """What every call takes beside its own, each also with a `$` before it."""

    alt = serializers.ChoiceField(
        choices=[NAMES, NUMBERS], default=NAMES, help_text="How enums are answered: as names or as numbers."
    )
    key = StrictCharField(required=False, allow_blank=True, help_text="An API key.")
    prettyPrint = serializers.BooleanField(required=False, help_text="Taken and ignored.")
    quotaUser = StrictCharField(required=False, allow_blank=True, help_text="Taken and ignored.")

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({name.removeprefix("$"): value for name, value in data.items()})


class UpdatePermissionParameters(Parameters):
    """The query of an update of a permission."""

    updateMask = FieldMaskField("role")


class UpdateLibraryParameters(Parameters):
    """The query of an update of a corpus or tuned model."""

    updateMask = FieldMaskField("displayName")


class DeleteLibraryParameters(Parameters):
    """The query of a deletion of a corpus or tuned model."""

    force = serializers.BooleanField(
        required=False, help_text="Taken: a library holds nothing that could stand in the way."
    )
