"""What the native API takes and what it answers, in the document's words."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import (
    MomentField,
    StrictBooleanField,
    StrictCharField,
    StrictIntegerField,
    StrictSerializer,
)
from libraries.api.hal.pagination import PageQuery
from libraries.identifiers import NATURAL_ID_LENGTH, NATURAL_ID_PATTERN, is_natural_id
from libraries.levels import Action, Kind, Level
from libraries.lifecycle import may_change_anything
from libraries.models import Library, Scope, Share
from libraries.models.shares import NOTE_LENGTH
from libraries.sharing import may_change, may_revoke

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


@extend_schema_field({"type": "string", "maxLength": NATURAL_ID_LENGTH, "pattern": f"^{NATURAL_ID_PATTERN}$"})
class NaturalIdField(StrictCharField):
    """What no UUID and no object id can be mistaken for."""

    default_error_messages = {
        "natural_id": f"At most {NATURAL_ID_LENGTH} of a-z, 0-9 and inner hyphens; not a UUID, nor 24 hex digits."
    }

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not is_natural_id(value):
            self.fail("natural_id")
        return value


class ShareInput(StrictSerializer):
    """The body of a PUT. What is left out stays as it is on a share that exists."""

    accessLevel = LevelField()
    expiresAt = MomentField(required=False, allow_null=True, help_text="null: no end.")
    note = StrictCharField(required=False, allow_blank=True, max_length=NOTE_LENGTH)


class LibraryInput(StrictSerializer):
    """The body of a PATCH, and most of a POST's."""

    name = StrictCharField(min_length=1, max_length=200, trim_whitespace=True)
    description = StrictCharField(required=False, allow_blank=True, max_length=10_000)
    emoji = StrictCharField(required=False, allow_blank=True, max_length=16)
    editorsCanShare = StrictBooleanField(required=False, source="editors_can_share")


class NewLibraryInput(LibraryInput):
    """The body of a POST."""

    naturalId = NaturalIdField(required=False, source="natural_id", help_text="Made from the name otherwise.")
    organization = StrictCharField(
        required=False, min_length=1, max_length=100, help_text="Needed by who is not in exactly one."
    )


class LibraryQuery(PageQuery):
    """The filters of the list of libraries."""

    q = StrictCharField(default="", allow_blank=True, help_text="A part of the name or natural id.")
    organization = StrictCharField(default="", help_text="A slug.")
    minLevel = serializers.ChoiceField(choices=[str(level.value) for level in Level], default="0", help_text=LEVELS)


class ShareQuery(PageQuery):
    """The filters of the list of shares."""

    kind = serializers.ChoiceField(choices=[kind.name.lower() for kind in Kind], required=False)
    accessLevel = serializers.ChoiceField(
        choices=[str(level.value) for level in Level], required=False, help_text=LEVELS
    )
    q = StrictCharField(default="", allow_blank=True, help_text="How the principal's name or e-mail begins.")


class HalSerializer(serializers.Serializer):
    """A document with links, for the caller in `context["request"]`."""

    _links = serializers.SerializerMethodField()

    def may_write(self) -> bool:
        """Whether the caller's key can change anything: where it cannot, links to changes lead nowhere."""
        return Scope.LIBRARY_WRITE in self.context["request"].auth.scopes


@extend_schema_serializer(component_name="Share")
class ShareDocument(HalSerializer):
    """A share, whose library brings the caller's `access`."""

    principalId = serializers.CharField(
        source="principal_name", help_text="alice, team:engineering, org:acme, everyone"
    )
    libraryId = serializers.UUIDField(source="library_id")
    accessLevel = LevelField(source="level")
    expiresAt = serializers.DateTimeField(source="expires_at", allow_null=True)
    note = serializers.CharField()
    grantedBy = serializers.CharField(source="granted_by.username", default=None, allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    @extend_schema_field(LINKS)
    def get__links(self, share: Share) -> dict[str, Any]:
        library = share.library
        here = {"href": reverse("hal:share", args=[library.natural_id, share.principal_name])}
        links = {"self": here, "inf:library": {"href": reverse("hal:library", args=[library.natural_id])}}
        user = self.context["request"].user
        if self.may_write() and may_change(library, share, user):
            links["edit"] = here
        if self.may_write() and may_revoke(library, share, user):
            links["inf:delete"] = here
        return links


@extend_schema_serializer(component_name="Library")
class LibraryDocument(HalSerializer):
    """A library with `access`."""

    id = serializers.UUIDField()
    naturalId = serializers.CharField(source="natural_id")
    objectId = serializers.CharField(source="object_id")
    name = serializers.CharField()
    description = serializers.CharField()
    emoji = serializers.CharField()
    organization = serializers.CharField(source="organization.slug")
    editorsCanShare = serializers.BooleanField(source="editors_can_share")
    accessLevel = LevelField(source="access.level", help_text="The caller's own, without an administrator's power.")
    shareCount = serializers.IntegerField(source="share_count")
    revision = serializers.IntegerField()
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    @extend_schema_field(LINKS)
    def get__links(self, library: Library) -> dict[str, Any]:
        here = {"href": reverse("hal:library", args=[library.natural_id])}
        shares = reverse("hal:shares", args=[library.natural_id])
        actions = library.access.actions
        links: dict[str, Any] = {"self": here}
        if Action.VIEW_SHARES in actions:
            links["inf:shares"] = {"href": shares}
            links["inf:share"] = {"href": f"{shares}/{{principalId}}", "templated": True}
        if self.may_write() and may_change_anything(library):
            links["edit"] = here
        if self.may_write() and Action.DELETE in actions:
            links["inf:delete"] = here
        return links


class OrganizationSummary(serializers.Serializer):
    """An organization that the caller is in."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    principalId = serializers.CharField(source="principal_name")


class TeamSummary(OrganizationSummary):
    """A team that the caller is in."""

    organization = serializers.CharField(source="organization.slug")


class KeySummary(serializers.Serializer):
    """The key that the caller used."""

    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())


@extend_schema_serializer(component_name="Me")
class MeDocument(serializers.Serializer):
    """The caller: `{"user", "organizations", "teams", "key"}`."""

    username = serializers.CharField(source="user.username")
    email = serializers.CharField(source="user.email")
    organizations = OrganizationSummary(many=True)
    teams = TeamSummary(many=True)
    key = KeySummary()
    _links = serializers.SerializerMethodField()

    @extend_schema_field(LINKS)
    def get__links(self, caller: Any) -> dict[str, Any]:
        return {"self": {"href": reverse("hal:me")}, "inf:libraries": {"href": reverse("hal:libraries")}}
