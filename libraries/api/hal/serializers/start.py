"""The caller, as the native API answers it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import StrictCharField
from libraries.api.hal.serializers.base import LINKS
from libraries.api.hal.serializers.sent_back import SentBackSerializer
from libraries.api.links import path_to
from libraries.identifiers import SLUG_LENGTH
from libraries.models import Scope
from libraries.people.keys import may_manage_keys


class MeInput(SentBackSerializer):
    """The body of a PATCH. What is left out stays as it is."""

    ignored = ("organizations", "teams", "key")
    fixed = ("username", "email")

    defaultOrganization = StrictCharField(
        source="default_organization",
        required=False,
        allow_null=True,
        min_length=1,
        max_length=SLUG_LENGTH,
        help_text="The slug of one of the caller's organizations; null for none.",
    )


class OrganizationSummary(serializers.Serializer):
    """An organization that the caller is in."""

    _links = serializers.SerializerMethodField()
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    principalId = serializers.CharField(source="principal_name")

    @extend_schema_field(LINKS)
    def get__links(self, organization: Any) -> dict[str, Any]:
        return {"self": {"href": path_to("hal:organization", organization.slug)}}


class TeamSummary(OrganizationSummary):
    """A team that the caller is in."""

    organization = serializers.CharField(source="organization.slug")

    @extend_schema_field(LINKS)
    def get__links(self, team: Any) -> dict[str, Any]:
        return {"self": {"href": path_to("hal:team", team.organization.slug, team.slug)}}


class KeySummary(serializers.Serializer):
    """The key that the caller used."""

    _links = serializers.SerializerMethodField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())

    @extend_schema_field(LINKS)
    def get__links(self, key: Any) -> dict[str, Any]:
        here = {"href": path_to("hal:key", key.pk)}
        return {"self": here, "inf:delete": here} if may_manage_keys(key) else {"inf:delete": here}


@extend_schema_serializer(component_name="Me")
class MeDocument(serializers.Serializer):
    """The caller: `{"user", "organizations", "teams", "key"}`."""

    username = serializers.CharField(source="user.username")
    email = serializers.CharField(source="user.email")
    organizations = OrganizationSummary(many=True)
    defaultOrganization = serializers.SerializerMethodField(
        help_text="The slug of the one in which libraries are made where none is named; null where none is chosen."
    )
    teams = TeamSummary(many=True)
    key = KeySummary()
    _links = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_defaultOrganization(self, caller: Any) -> str | None:
        chosen = caller["user"].default_organization_id
        return next((each.slug for each in caller["organizations"] if each.pk == chosen), None)

    @extend_schema_field(LINKS)
    def get__links(self, caller: Any) -> dict[str, Any]:
        here = {"href": path_to("hal:me")}
        links = {"self": here, "edit": here} if Scope.LIBRARY_WRITE in caller["key"].scopes else {"self": here}
        names = ("libraries", "organizations", *(("keys",) if may_manage_keys(caller["key"]) else ()))
        return links | {f"inf:{name}": {"href": path_to(f"hal:{name}")} for name in names}
