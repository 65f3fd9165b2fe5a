"""Owners, as the native API takes and answers them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import StrictCharField
from libraries.api.hal.serializers.base import LINKS, OfLibrarySerializer
from libraries.api.hal.serializers.sent_back import SentBackSerializer
from libraries.models import User
from libraries.rules.levels import Action


class OwnerInput(SentBackSerializer):
    """The body of a PUT."""

    ignored = ("owners",)

    username = StrictCharField(min_length=1, max_length=150)


@extend_schema_serializer(component_name="Owner")
class OwnerDocument(OfLibrarySerializer):
    """The users of `owners_of`."""

    username = serializers.SerializerMethodField(help_text="Whoever has owned it longest.")
    owners = serializers.SerializerMethodField()

    def get_username(self, owners: list[User]) -> str:
        return owners[0].username

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_owners(self, owners: list[User]) -> list[str]:
        return [owner.username for owner in owners]

    @extend_schema_field(LINKS)
    def get__links(self, owners: list[User]) -> dict[str, Any]:
        here = self.path("owner")
        links = {"self": here, "inf:library": self.path("library"), "inf:share": self.path("share", owners[0].username)}
        if self.may_write() and self.may(Action.TRANSFER):
            links["edit"] = here
        return links
