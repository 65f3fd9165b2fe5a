"""What the libraries' and accesses' calls take and answer, in the vendor's words.

Keys that a body does not need are ignored, as the vendor does: newer clients may send more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, UUIDField, When
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import StrictCharField, StrictIntegerField, written
from libraries.identifiers import is_uuid
from libraries.models import LibraryQuerySet, Share
from libraries.rules.conditions import unexpired
from libraries.rules.levels import Action, Kind, Level

LEVELS = {"Viewer": Level.READER, "Editor": Level.EDITOR}
ROLES = {**LEVELS, "Owner": Level.OWNER}
ROLE_OF = {level: role for role, level in ROLES.items()}
ENTITIES = {"User": Kind.USER, "Workspace": Kind.TEAM, "Org": Kind.ORGANIZATION}
COUNTED_UP_TO = 10_000
"""So many shares a library may have for its members to be counted."""
OWNER_TYPES = {"User": Kind.USER, "Workspace": Kind.TEAM}


def shown(shares: QuerySet[Share]) -> QuerySet[Share]:
    """The shares that this dialect has words for: those of ENTITIES at one of ROLES, which have not run out (R3)."""
    return shares.filter(unexpired(), kind__in=ENTITIES.values(), level__in=ROLES.values())


def with_members(libraries: LibraryQuerySet) -> LibraryQuerySet:
    """Each library with its owner's key, its members by kind and its organization's level, in the same query."""
    shares = shown(Share.objects.filter(library=OuterRef("pk")))
    owners = shares.filter(level=Level.OWNER).order_by("id")
    own_organization = shares.filter(kind=Kind.ORGANIZATION, organization=OuterRef("organization"))
    return libraries.annotate(
        owner_id=Subquery(owners.values("user")[:1], output_field=UUIDField()),
        user_members=_count(shares.filter(kind=Kind.USER)),
        workspace_members=_count(shares.filter(kind=Kind.TEAM)),
        organization_level=Subquery(own_organization.values("level")),
    )


def _count(shares: QuerySet[Share]) -> Case:
    """How many they are; NULL where counting would take longer than everything else."""
    counted = shares.order_by().values("library").annotate(count=Count("pk"))
    return Case(When(share_count__lte=COUNTED_UP_TO, then=Coalesce(Subquery(counted.values("count")), 0)))


class Word(serializers.ChoiceField):
    """One of the vendor's words, and what it stands for here."""

    def __init__(self, meanings: Mapping[str, Any], **options: Any) -> None:
        self.meanings = meanings
        self.words = {meaning: word for word, meaning in meanings.items()}
        words = " or ".join(f"'{word}'" for word in meanings)
        super().__init__(
            choices=list(meanings), error_messages={"invalid_choice": f"Input should be {words}."}, **options
        )

    def to_internal_value(self, data: Any) -> Any:
        return self.meanings[super().to_internal_value(data)]

    def to_representation(self, value: Any) -> str:
        return self.words[value]


@extend_schema_field({"type": "string", "format": "uuid"})
class IdField(StrictCharField):
    """A UUID, written with hyphens or without."""

    default_error_messages = {"uuid": "Input should be a UUID."}

    def to_internal_value(self, data: Any) -> UUID:  # type: ignore[override]
        text = super().to_internal_value(data)
        if not is_uuid(text):
            self.fail("uuid")
        return UUID(text)


class SharingDelete(serializers.Serializer):
    """The body of a share's DELETE."""

    share_with_uuid = IdField(help_text="The id of the user, workspace or organization.")
    share_with_type = Word(ENTITIES)
    org_id = IdField(required=False, allow_null=True, help_text="The library's organization, and no other.")

    def validate_org_id(self, value: UUID | None) -> UUID | None:
        """`context["library"]` is the library."""
        if value not in (None, self.context["library"].organization_id):
            raise serializers.ValidationError("This is not the library's organization.")
        return value


class SharingRequest(SharingDelete):
    """The body of a share's PUT."""

    level = Word(LEVELS)


class Sharing(serializers.Serializer):
    """One entity's access to a library."""

    library_id = serializers.UUIDField()
    org_id = serializers.UUIDField(source="library.organization_id")
    role = Word(ROLES, source="level")
    share_with_type = Word(ENTITIES, source="kind")
    share_with_uuid = serializers.SerializerMethodField()
    user_id = serializers.UUIDField(allow_null=True, help_text="The same id for a User.")

    @extend_schema_field({"type": "string", "format": "uuid"})
    def get_share_with_uuid(self, share: Share) -> str:
        return str(share.user_id or share.team_id or share.organization_id)


@extend_schema_serializer(many=False)
class ListSharingResponse(serializers.Serializer):
    """Every access to a library."""

    data = Sharing(many=True)  # type: ignore[assignment]


class CreateLibraryRequest(serializers.Serializer):
    """The body of a library's POST."""

    name = StrictCharField(max_length=200, trim_whitespace=True)
    description = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=10_000)
    chunk_size = StrictIntegerField(
        required=False, allow_null=True, min_value=256, max_value=32768, help_text="Checked, and not kept."
    )
    owner_type = Word(OWNER_TYPES, required=False, allow_null=True, help_text="The owner is always a User: the caller.")
    org_id = IdField(
        required=False,
        allow_null=True,
        help_text="Ours: needed by who is in several organizations and has no default one.",
    )


class UpdateLibraryRequest(serializers.Serializer):
    """The body of a library's PUT or PATCH. What is left out stays as it is; so does a name of null."""

    name = StrictCharField(required=False, allow_null=True, max_length=200, trim_whitespace=True)
    description = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=10_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "description" in attrs:
            attrs["description"] = attrs["description"] or ""
        return {field: value for field, value in attrs.items() if value is not None}


class TextOrNull(serializers.CharField):
    """A text; null where there is none."""

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


@extend_schema_serializer(component_name="MistralLibrary")
class LibraryDocument(serializers.Serializer):
    """A library. What this service does not hold is 0 or null."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    owner_id = serializers.UUIDField(allow_null=True)
    owner_type = serializers.CharField(default="User", read_only=True)
    total_size = serializers.IntegerField(default=0, read_only=True)
    nb_documents = serializers.IntegerField(default=0, read_only=True)
    chunk_size = serializers.IntegerField(allow_null=True, read_only=True)
    emoji = TextOrNull(allow_null=True)
    description = TextOrNull(allow_null=True)
    generated_description = serializers.CharField(allow_null=True, read_only=True)
    explicit_user_members_count = serializers.IntegerField(source="user_members", allow_null=True)
    explicit_workspace_members_count = serializers.IntegerField(source="workspace_members", allow_null=True)
    org_sharing_role = Word(ROLES, source="organization_level", allow_null=True)
    generated_name = serializers.CharField(allow_null=True, read_only=True)

    def to_representation(self, library: Any) -> dict[str, Any]:
        """What the fields say, put together by hand. `library` is one of `with_members`, with `access`."""
        shows_shares = Action.VIEW_SHARES in library.access.actions  # (R9)
        level = library.organization_level
        return {
            "id": library.key,
            "name": library.name,
            "created_at": written(library.created_at),
            "updated_at": written(library.updated_at),
            "owner_id": str(library.owner_id) if library.owner_id else None,
            "owner_type": "User",
            "total_size": 0,
            "nb_documents": 0,
            "chunk_size": None,
            "emoji": library.emoji or None,
            "description": library.description or None,
            "generated_description": None,
            "explicit_user_members_count": library.user_members if shows_shares else None,
            "explicit_workspace_members_count": library.workspace_members if shows_shares else None,
            "org_sharing_role": ROLE_OF[level] if shows_shares and level is not None else None,
            "generated_name": None,
        }


class PaginationInfo(serializers.Serializer):
    """Where a page by number stands."""

    total_items = serializers.IntegerField()
    total_pages = serializers.IntegerField()
    current_page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    has_more = serializers.BooleanField()


@extend_schema_serializer(many=False)
class ListLibrariesResponse(serializers.Serializer):
    """A page of libraries."""

    data = LibraryDocument(many=True)  # type: ignore[assignment]
    next_page_token = serializers.CharField(allow_null=True)
    pagination = PaginationInfo(required=False, help_text="Left out where `page_token` is used.")


class ValidationProblem(serializers.Serializer):
    """One thing that is not valid."""

    loc = serializers.ListField(child=serializers.CharField())
    msg = serializers.CharField()
    type = serializers.CharField()


class HTTPValidationError(serializers.Serializer):
    """The body of a 422."""

    detail = ValidationProblem(many=True)


class Refusal(serializers.Serializer):
    """The body of every other refusal."""

    detail = serializers.CharField()
