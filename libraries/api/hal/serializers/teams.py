"""Teams, as the native API takes and answers them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import QueryTextField, StrictCharField, StrictSerializer
from libraries.api.hal.pagination import PageQuery
from libraries.api.hal.serializers.base import LINKS, HalSerializer
from libraries.api.hal.serializers.organizations import SlugField
from libraries.api.links import path_to
from libraries.models import Scope, Team


class EmailField(serializers.EmailField):
    """A JSON string that is an address, or nothing."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class TeamInput(StrictSerializer):
    """The body of a PUT. An `email` that is left out stays as it is."""

    name = StrictCharField(min_length=1, max_length=200, trim_whitespace=True)
    email = EmailField(required=False, allow_blank=True, max_length=254)


class TeamPath(StrictSerializer):
    """What a new team's path says."""

    slug = SlugField()


class TeamQuery(PageQuery):
    """The filter of the list of teams."""

    q = QueryTextField(default="", help_text="A part of the name or slug.")


@extend_schema_serializer(component_name="Team")
class TeamDocument(HalSerializer):
    """A team of directory.visible_teams."""

    write_scope = Scope.ORGANIZATION_ADMIN

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    organization = serializers.CharField(source="organization.slug")
    principalId = serializers.CharField(source="principal_name", help_text="As a principal of shares.")
    createdAt = serializers.DateTimeField(source="created_at")

    @extend_schema_field(LINKS)
    def get__links(self, team: Team) -> dict[str, Any]:
        organization = self.context["organization"]
        here = {"href": path_to("hal:team", organization.slug, team.slug)}
        links = {
            "self": here,
            "inf:organization": {"href": path_to("hal:organization", organization.slug)},
            "inf:team-members": {"href": path_to("hal:team-members", organization.slug, team.slug)},
        }
        may_change = organization.administered and self.may_write()
        return {**links, "edit": here, "inf:delete": here} if may_change else links
