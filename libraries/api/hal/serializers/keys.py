"""API keys, as the native API takes and answers them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import MomentField, QueryTextField, StrictCharField, StrictSerializer
from libraries.api.hal.pagination import PageQuery
from libraries.api.hal.serializers.base import LINKS, HalSerializer
from libraries.api.links import path_to
from libraries.models import ApiKey, Scope
from libraries.models.keys import KEY_NAME_LENGTH
from libraries.people.keys import may_revoke_key


class ScopesField(serializers.ListField):
    """Scopes, each once."""

    child = serializers.ChoiceField(choices=Scope.choices)
    default_error_messages = {"repeated": "List each scope once."}

    def to_internal_value(self, data: Any) -> list[Any]:
        scopes = super().to_internal_value(data)
        if len(set(scopes)) < len(scopes):
            self.fail("repeated")
        return scopes


class KeyInput(StrictSerializer):
    """The body of a POST."""

    name = StrictCharField(min_length=1, max_length=KEY_NAME_LENGTH, trim_whitespace=True, help_text="What it is for.")
    scopes = ScopesField(min_length=1, max_length=len(Scope), help_text="None that the asking key lacks.")
    expiresAt = MomentField(
        required=False,
        allow_null=True,
        source="expires_at",
        help_text="No later than the asking key's own end, which is the default.",
    )


class KeyQuery(PageQuery):
    """The filter of the list of keys."""

    q = QueryTextField(default="", help_text="A part of the name.")


@extend_schema_serializer(component_name="Key")
class KeyDocument(HalSerializer):
    """One of the caller's keys, without the secret."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    hint = serializers.CharField(help_text="How the key begins.")
    scopes = ScopesField()
    createdAt = serializers.DateTimeField(source="created_at")
    expiresAt = serializers.DateTimeField(source="expires_at", allow_null=True)
    madeBy = serializers.CharField(
        source="made_by.username", default=None, allow_null=True, help_text="Whose account made it; null for a command."
    )
    madeByKey = serializers.UUIDField(
        source="made_by_key_id", allow_null=True, help_text="The key that it was made with, and ends with."
    )

    @extend_schema_field(LINKS)
    def get__links(self, key: ApiKey) -> dict[str, Any]:
        here = {"href": path_to("hal:key", key.pk)}
        may_revoke = may_revoke_key(key, asking_key=self.context["request"].auth)
        return {"self": here, "inf:delete": here} if may_revoke else {"self": here}


@extend_schema_serializer(component_name="NewKey")
class NewKeyDocument(KeyDocument):
    """A key that was just made, with the secret of `context["secret"]`."""

    key = serializers.SerializerMethodField(help_text="The key itself, shown this once.")

    def get_key(self, key: ApiKey) -> str:
        return self.context["secret"]
