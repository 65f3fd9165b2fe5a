"""Service accounts and their keys, as the native API takes and answers them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import QueryTextField, SearchField, StrictBooleanField, StrictCharField, StrictSerializer
from libraries.api.hal.pagination import PageQuery
from libraries.api.hal.serializers.base import LINKS, HalSerializer
from libraries.api.hal.serializers.keys import KeyDocument
from libraries.api.hal.serializers.sent_back import SentBackSerializer
from libraries.api.links import path_to
from libraries.identifiers import SERVICE_NAME_LENGTH, SERVICE_NAME_PATTERN, is_service_name
from libraries.models import ApiKey, Scope, User
from libraries.people.keys import may_revoke_key
from libraries.people.service_accounts import DISPLAY_NAME_LENGTH, organization_of


@extend_schema_field(
    {"type": "string", "minLength": 1, "maxLength": SERVICE_NAME_LENGTH, "pattern": f"^{SERVICE_NAME_PATTERN}$"}
)
class ServiceNameField(StrictCharField):
    """What a service account is called in its organization."""

    default_error_messages = {
        "service_name": (
            f"Must be 1 to {SERVICE_NAME_LENGTH} letters a to z, digits and hyphens, with no hyphen first or last."
        )
    }

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not is_service_name(value):
            self.fail("service_name")
        return value


class ServiceAccountInput(StrictSerializer):
    """The body of a POST."""

    name = ServiceNameField(help_text="Its name in the organization, which stays.")
    displayName = StrictCharField(
        min_length=1,
        max_length=DISPLAY_NAME_LENGTH,
        trim_whitespace=True,
        required=False,
        source="display_name",
        help_text="What people call it; its name where this is left out.",
    )


class ServiceAccountChanges(SentBackSerializer):
    """The body of a PATCH. What is left out stays as it is."""

    ignored = ("createdAt", "lastUsedAt")
    fixed = ("name", "principalId")

    displayName = StrictCharField(
        min_length=1, max_length=DISPLAY_NAME_LENGTH, trim_whitespace=True, source="display_name"
    )
    active = StrictBooleanField(
        help_text="false: it may do nothing, and its keys open nothing, until it is true again."
    )


class ServiceAccountQuery(PageQuery):
    """The filter of the list of service accounts."""

    q = SearchField(help_text="A part of the name or display name.")


class ServiceAccountRemovalQuery(StrictSerializer):
    """What may be said about a deletion."""

    successor = QueryTextField(default="", help_text="The member who gets the libraries that this account alone owns.")


@extend_schema_serializer(component_name="ServiceAccount")
class ServiceAccountDocument(HalSerializer):
    """One of people.service_accounts.service_accounts_in, for an administrator of its organization."""

    write_scope = Scope.ORGANIZATION_ADMIN

    name = serializers.CharField(source="service_name")
    displayName = serializers.CharField(source="first_name")
    active = serializers.BooleanField(source="is_active", help_text="Disabled, it may do nothing.")
    principalId = serializers.CharField(source="principal_name", help_text="As a principal of shares: its username.")
    createdAt = serializers.DateTimeField(source="date_joined")
    lastUsedAt = serializers.DateTimeField(
        source="last_used_at",
        allow_null=True,
        help_text="When one of its keys was used last, to the hour.",
    )

    @extend_schema_field(LINKS)
    def get__links(self, account: User) -> dict[str, Any]:
        slug = organization_of(account).slug
        here = {"href": path_to("hal:service-account", slug, account.service_name)}
        links = {"self": here, "inf:organization": {"href": path_to("hal:organization", slug)}}
        if Scope.KEY_MANAGE in self.context["request"].auth.scopes:
            links["inf:keys"] = {"href": path_to("hal:service-account-keys", slug, account.service_name)}
        return {**links, "edit": here, "inf:delete": here} if self.may_write() else links


@extend_schema_serializer(component_name="ServiceAccountKey")
class ServiceAccountKeyDocument(KeyDocument):
    """A key of the service account in `context["account"]`, without the secret."""

    @extend_schema_field(LINKS)
    def get__links(self, key: ApiKey) -> dict[str, Any]:
        account: User = self.context["account"]
        slug = organization_of(account).slug
        here = {"href": path_to("hal:service-account-key", slug, account.service_name, key.pk)}
        links = {
            "self": here,
            "inf:service-account": {"href": path_to("hal:service-account", slug, account.service_name)},
        }
        may_revoke = may_revoke_key(key, asking_key=self.context["request"].auth)
        return {**links, "inf:delete": here} if may_revoke else links


@extend_schema_serializer(component_name="NewServiceAccountKey")
class NewServiceAccountKeyDocument(ServiceAccountKeyDocument):
    """A key that was just made, with the secret of `context["secret"]`."""

    key = serializers.SerializerMethodField(help_text="The key itself, shown this once.")

    def get_key(self, key: ApiKey) -> str:
        return self.context["secret"]
