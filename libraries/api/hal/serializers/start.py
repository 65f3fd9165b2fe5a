"""The caller, as the native API answers it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.hal.serializers.base import LINKS


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
