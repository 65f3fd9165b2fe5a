"""Who has access and why, as the native API answers it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.access.explain import Effect, Explanation, Reason
from libraries.api.hal.serializers.base import LINKS, LevelField, OfLibrarySerializer
from libraries.models import User
from libraries.rules.levels import Action


@extend_schema_serializer(component_name="Access")
class AccessDocument(OfLibrarySerializer):
    """One of the people of `levels_on`."""

    username = serializers.CharField()
    accessLevel = LevelField(source="level")

    def to_representation(self, person: Any) -> dict[str, Any]:
        """What the fields say, put together by hand: a page has a thousand of them."""
        return {"_links": self.get__links(person), "username": person.username, "accessLevel": int(person.level)}

    @extend_schema_field(LINKS)
    def get__links(self, person: User) -> dict[str, Any]:
        may_ask = self.may(Action.TRANSFER) or person == self.context["request"].user
        return {"self": self.path("access-of", person.username)} if may_ask else {}


@extend_schema_serializer(component_name="Reason")
class ReasonDocument(OfLibrarySerializer):
    """One share that reaches the person, and what it did."""

    principalId = serializers.CharField(source="share.principal_name")
    accessLevel = LevelField(source="share.level")
    effect = serializers.ChoiceField(
        choices=[effect.value for effect in Effect],
        help_text="`counts`: gives the level. `below`: another gives more. `shut-out`: by one that `shuts-out`."
        " `inactive`: nothing counts, since the account is.",
    )

    @extend_schema_field(LINKS)
    def get__links(self, reason: Reason) -> dict[str, Any]:
        may_see = self.may(Action.VIEW_SHARES)
        return {"inf:share": self.path("share", reason.share.principal_name)} if may_see else {}


@extend_schema_serializer(component_name="Explanation")
class ExplanationDocument(OfLibrarySerializer):
    """Why somebody has the level that they have."""

    username = serializers.CharField(source="user.username")
    active = serializers.BooleanField(source="user.is_active", help_text="An inactive account may do nothing.")
    accessLevel = LevelField(source="level", help_text="Without an administrator's power.")
    reasons = ReasonDocument(many=True)

    @extend_schema_field(LINKS)
    def get__links(self, explanation: Explanation) -> dict[str, Any]:
        links = {"self": self.path("access-of", explanation.user.username), "inf:library": self.path("library")}
        if self.may(Action.VIEW_SHARES):
            links["inf:access"] = self.path("access")
        return links
