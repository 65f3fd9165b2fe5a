"""What the collaboration calls take and what they answer, in the document's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import StrictCharField, StrictSerializer
from libraries.api.lightly.configs import ACCESS_TYPES, LISTS, Config
from libraries.rules.levels import Kind

EMAIL_LENGTH = 254
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
STRICT_SINCE = (1, 4, 8)


def reads_only_what_it_knows(user_agent: str) -> bool:
    """Whether the client rejects `organizations` and `READ`, as the vendor's own does since 1.4.8.

    So does the generated client that its package carries, which names itself after its generator.
    """
    if user_agent.startswith("OpenAPI-Generator/"):
        return True
    version = re.match(r"Lightly/(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?", user_agent)
    return version is not None and tuple(int(part or 0) for part in version.groups()) >= STRICT_SINCE


class Entries(serializers.ListField):
    """Principals of one kind, by name."""

    child = StrictCharField(max_length=EMAIL_LENGTH)


@extend_schema_serializer(component_name="SharedAccessConfigCreateRequest")
class AccessInput(StrictSerializer):
    """The body of a POST. A list that is there replaces; one that is not leaves its kind alone."""

    accessType = serializers.ChoiceField(choices=list(ACCESS_TYPES))
    users = Entries(required=False, help_text="E-mails of users.")
    organizations = Entries(required=False, help_text="Ids or slugs of organizations.")
    teams = Entries(required=False, help_text="Ids or slugs of teams.")
    creator = StrictCharField(required=False, max_length=100, help_text="Accepted, and not kept.")

    def validate(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The lists that are there, by kind, as `wanted`."""
        wanted: dict[Kind, Sequence[str]] = {
            kind: attributes[name] for name, kind in LISTS.items() if name in attributes
        }
        return {"access_type": attributes["accessType"], "wanted": wanted}


@extend_schema_field({"type": "integer", "format": "int64", "description": "Milliseconds since 1970."})
class Milliseconds(serializers.Field):
    def to_representation(self, moment: datetime) -> int:
        return (moment - EPOCH) // MILLISECOND


@extend_schema_serializer(component_name="SharedAccessConfigData")
class ConfigDocument(serializers.Serializer):
    """A config."""

    id = serializers.CharField(help_text="24 hex digits.")
    owner = serializers.UUIDField(help_text="The user who owns the dataset.")
    accessType = serializers.ChoiceField(choices=list(ACCESS_TYPES), source="access_type")
    users = serializers.ListField(child=serializers.CharField(), help_text="E-mails of users.")
    organizations = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="Left out for clients that reject it."
    )
    teams = serializers.ListField(child=serializers.UUIDField())
    createdAt = Milliseconds(source="created_at")
    lastModifiedAt = Milliseconds(source="last_modified_at")


def config_documents(configs: Sequence[Config], user_agent: str) -> list[dict[str, Any]]:
    """The configs as the client that calls itself so can read them."""
    documents: list[dict[str, Any]] = list(ConfigDocument(configs, many=True).data)
    if not reads_only_what_it_knows(user_agent):
        return documents
    return [
        {key: document[key] for key in document if key != "organizations"}
        for document in documents
        if document["accessType"] == "WRITE"
    ]


class CreateEntityResponse(serializers.Serializer):
    """The id of what was made or changed."""

    id = serializers.CharField(help_text="24 hex digits.")


class ApiErrorResponse(serializers.Serializer):
    """A refusal."""

    code = serializers.CharField(help_text="One of the vendor's ApiErrorCode.")
    error = serializers.CharField(help_text="A sentence.")
    requestId = serializers.CharField(help_text="As in the X-Request-ID header.")
