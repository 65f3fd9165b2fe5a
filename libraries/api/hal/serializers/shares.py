"""Shares, as the native API takes and answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import (
    MomentField,
    QueryTextField,
    StrictBooleanField,
    StrictCharField,
    StrictSerializer,
    written,
)
from libraries.api.hal.pagination import PageQuery
from libraries.api.hal.serializers.base import LEVELS, LINKS, HalSerializer, LevelField, OptionalLevelField
from libraries.api.links import path_to
from libraries.models import Share
from libraries.models.shares import NOTE_LENGTH
from libraries.rules.levels import Kind, Level
from libraries.sharing.bulk import Item
from libraries.sharing.bulk_write import Change, ShareRow
from libraries.sharing.rules import may_change, may_revoke

MOST_AT_ONCE = 1000
TOO_MANY = f"At most {MOST_AT_ONCE} at once."


class ShareInput(StrictSerializer):
    """The body of a PUT. What is left out stays as it is on a share that exists."""

    accessLevel = LevelField()
    expiresAt = MomentField(required=False, allow_null=True, help_text="null: no end.")
    note = StrictCharField(required=False, allow_blank=True, max_length=NOTE_LENGTH)


class ManyItem(ShareInput):
    """One of many shares."""

    principalId = StrictCharField(help_text="alice, team:engineering, org:acme, everyone")
    accessLevel = OptionalLevelField(help_text="null: take the share away.")


class ManyInput(StrictSerializer):
    """The body of a POST."""

    shares: Any = serializers.ListSerializer(
        child=ManyItem(), max_length=MOST_AT_ONCE, error_messages={"max_length": TOO_MANY}, help_text=TOO_MANY
    )
    dryRun = StrictBooleanField(default=False, help_text="Answer what would change, and change nothing.")


def many_document(items: Sequence[Item], changes: Sequence[Change]) -> dict[str, Any]:
    """What became of each: its level before and after, null for none."""
    changed = sum(change.changes for change in changes)
    results = [
        {"principalId": item.principal.text, "from": _level(change.before), "to": _level(change.after)}
        for item, change in zip(items, changes, strict=True)
    ]
    return {"changed": changed, "unchanged": len(changes) - changed, "results": results}


def _level(share: ShareRow | None) -> int | None:
    return int(share.level) if share else None


class ShareQuery(PageQuery):
    """The filters of the list of shares."""

    kind = serializers.ChoiceField(choices=[kind.name.lower() for kind in Kind], required=False)
    accessLevel = serializers.ChoiceField(
        choices=[str(level.value) for level in Level], required=False, help_text=LEVELS
    )
    q = QueryTextField(default="", help_text="How the principal's name or e-mail begins.")


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

    def to_representation(self, share: Share) -> dict[str, Any]:
        """What the fields say, put together by hand: a page has a thousand of them."""
        return {
            "_links": self.get__links(share),
            "principalId": share.principal_name,
            "libraryId": str(share.library_id),
            "accessLevel": int(share.level),
            "expiresAt": written(share.expires_at) if share.expires_at else None,
            "note": share.note,
            "grantedBy": share.granted_by.username if share.granted_by else None,
            "createdAt": written(share.created_at),
            "updatedAt": written(share.updated_at),
        }

    @extend_schema_field(LINKS)
    def get__links(self, share: Share) -> dict[str, Any]:
        library = share.library
        name = library.short_name
        here = {"href": path_to("hal:share", name, share.principal_name)}
        links = {"self": here, "inf:library": {"href": path_to("hal:library", name)}}
        user = self.context["request"].user
        if self.may_write() and may_change(library, share, user):
            links["edit"] = here
        if self.may_write() and may_revoke(library, share, user):
            links["inf:delete"] = here
        return links
