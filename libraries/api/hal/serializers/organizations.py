"""Organizations, as the native API takes and answers them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import QueryTextField, StrictCharField, StrictSerializer
from libraries.api.hal.pagination import PageQuery
from libraries.api.hal.serializers.base import LINKS, HalSerializer
from libraries.api.links import path_to
from libraries.identifiers import SLUG_LENGTH, SLUG_PATTERN, is_slug
from libraries.models import Organization, Scope, SharingScope
from libraries.people.organizations import Outside


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": SLUG_LENGTH, "pattern": f"^{SLUG_PATTERN}$"})
class SlugField(StrictCharField):
    """What an organization or a team goes by in a principal's name."""

    default_error_messages = {"slug": f"Must be 1 to {SLUG_LENGTH} letters, digits, hyphens and underscores."}

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not is_slug(value):
            self.fail("slug")
        return value


class OrganizationInput(StrictSerializer):
    """What a POST and a PATCH have in common."""

    name = StrictCharField(min_length=1, max_length=200, trim_whitespace=True)
    sharingScope = serializers.ChoiceField(
        choices=SharingScope.choices,
        required=False,
        source="sharing_scope",
        help_text="Whom its libraries may be shared with.",
    )


class OrganizationChange(OrganizationInput):
    """The body of a PATCH."""

    outside = serializers.ChoiceField(
        choices=[
            (Outside.KEEP.value, "They stay, and go on counting."),
            (Outside.REVOKE.value, "They are taken away."),
        ],
        required=False,
        help_text="What becomes of shares outside the organization; with the sharing scope `organization` alone.",
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if "outside" in values and values.get("sharing_scope") != SharingScope.ORGANIZATION:
            raise serializers.ValidationError({"outside": "Say it together with the sharing scope “organization”."})
        return values


class NewOrganizationInput(OrganizationInput):
    """The body of a POST."""

    slug = SlugField()


class OrganizationQuery(PageQuery):
    """The filter of the list of organizations."""

    q = QueryTextField(default="", help_text="A part of the name or slug.")


@extend_schema_serializer(component_name="Organization")
class OrganizationDocument(HalSerializer):
    """An organization of people.queries.visible_organizations."""

    write_scope = Scope.ORGANIZATION_ADMIN

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    principalId = serializers.CharField(source="principal_name", help_text="As a principal of shares.")
    sharingScope = serializers.ChoiceField(choices=SharingScope.choices, source="sharing_scope")
    administered = serializers.BooleanField(help_text="Whether the caller administers it.")
    createdAt = serializers.DateTimeField(source="created_at")

    @extend_schema_field(LINKS)
    def get__links(self, organization: Organization) -> dict[str, Any]:
        here = {"href": path_to("hal:organization", organization.slug)}
        links: dict[str, Any] = {"self": here}
        for name in ("members", "teams", "libraries"):
            links[f"inf:{name}"] = {"href": path_to(f"hal:organization-{name}", organization.slug)}
        if organization.administered and self.may_write():
            links["inf:service-accounts"] = {"href": path_to("hal:service-accounts", organization.slug)}
            links["edit"] = here
        return links
