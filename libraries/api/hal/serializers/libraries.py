"""Libraries, as the native API takes and answers them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import (
    QueryTextField,
    SearchField,
    StrictBooleanField,
    StrictCharField,
    StrictSerializer,
    written,
)
from libraries.api.hal.pagination import PageQuery
from libraries.api.hal.serializers.base import LEVELS, LINKS, HalSerializer, LevelField
from libraries.api.hal.serializers.sent_back import SentBackSerializer
from libraries.api.links import paths_to, quoted
from libraries.identifiers import NATURAL_ID_LENGTH, NATURAL_ID_PATTERN, is_natural_id
from libraries.library_lifecycle import may_change_anything
from libraries.models import Library
from libraries.rules.levels import Action, Level


@extend_schema_field({"type": "string", "maxLength": NATURAL_ID_LENGTH, "pattern": f"^{NATURAL_ID_PATTERN}$"})
class NaturalIdField(StrictCharField):
    """What no UUID and no object id can be mistaken for."""

    default_error_messages = {
        "natural_id": f"Must be at most {NATURAL_ID_LENGTH} of a-z, 0-9 and inner hyphens, and neither a UUID nor 24 hex digits."
    }

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if not is_natural_id(value):
            self.fail("natural_id")
        return value


class LibraryTerms(StrictSerializer):
    """What a POST and a PATCH have in common."""

    name = StrictCharField(min_length=1, max_length=200, trim_whitespace=True)
    description = StrictCharField(required=False, allow_blank=True, max_length=10_000)
    emoji = StrictCharField(required=False, allow_blank=True, max_length=16)
    editorsCanShare = StrictBooleanField(required=False, source="editors_can_share")


class LibraryInput(SentBackSerializer, LibraryTerms):
    """The body of a PATCH."""

    ignored = ("accessLevel", "shareCount", "revision", "createdAt", "updatedAt")
    fixed = ("id", "naturalId", "objectId", "organization")


class NewLibraryInput(LibraryTerms):
    """The body of a POST."""

    naturalId = NaturalIdField(required=False, source="natural_id", help_text="Made from the name otherwise.")
    organization = StrictCharField(
        required=False, min_length=1, max_length=100, help_text="Required of members of several organizations."
    )


class LibraryOfOrganizationQuery(PageQuery):
    """The filters of the list of an organization's libraries."""

    q = SearchField(help_text="A part of the name or natural id.")
    minLevel = serializers.ChoiceField(choices=[str(level.value) for level in Level], default="0", help_text=LEVELS)


class LibraryQuery(LibraryOfOrganizationQuery):
    """The filters of the list of libraries."""

    organization = QueryTextField(default="", help_text="A slug.")


class Paths:
    """What makes the paths of a library, from its name."""

    def __init__(self) -> None:
        self.library = paths_to("hal:library", 1)
        self.access, self.owner = paths_to("hal:access", 1), paths_to("hal:owner", 1)
        self.shares, self.events = paths_to("hal:shares", 1), paths_to("hal:history", 1)
        self.my_access = paths_to("hal:access-of", 2)


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

    def to_representation(self, library: Library) -> dict[str, Any]:
        """What the fields say, put together by hand: a page has a thousand of them."""
        return {
            "_links": self.get__links(library),
            "id": library.key,
            "naturalId": library.natural_id,
            "objectId": library.object_id,
            "name": library.name,
            "description": library.description,
            "emoji": library.emoji,
            "organization": library.organization.slug,
            "editorsCanShare": library.editors_can_share,
            "accessLevel": int(library.access.level),
            "shareCount": library.share_count,
            "revision": library.revision,
            "createdAt": written(library.created_at),
            "updatedAt": written(library.updated_at),
        }

    @cached_property
    def _paths(self) -> Paths:
        return Paths()

    @cached_property
    def _me(self) -> str:
        return quoted(self.context["request"].user.username)

    @cached_property
    def _may_write(self) -> bool:
        return self.may_write()

    @extend_schema_field(LINKS)
    def get__links(self, library: Library) -> dict[str, Any]:
        name, actions, paths = library.short_name, library.access.actions, self._paths
        here = {"href": paths.library(name)}
        links: dict[str, Any] = {"self": here, "inf:my-access": {"href": paths.my_access(name, self._me)}}
        if Action.VIEW_SHARES in actions:
            shares = paths.shares(name)
            links["inf:access"] = {"href": paths.access(name)}
            links["inf:owner"] = {"href": paths.owner(name)}
            links["inf:shares"] = {"href": shares}
            links["inf:share"] = {"href": f"{shares}/{{principalId}}", "templated": True}
        if Action.VIEW_EVENTS in actions:
            links["inf:events"] = {"href": paths.events(name)}
        if self._may_write and may_change_anything(library):
            links["edit"] = here
        if self._may_write and Action.DELETE in actions:
            links["inf:delete"] = here
        return links
