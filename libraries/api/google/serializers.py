"""The vendor's messages, each for both directions: what it takes of one is what is not output only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import StrictCharField
from libraries.api.google.enums import KINDS, LEVELS, GranteeType, Role, State
from libraries.api.google.messages import EnumField, Message
from libraries.api.google.permissions import permission_id
from libraries.identifiers import NATURAL_ID_LENGTH, is_natural_id
from libraries.models import Library, Share
from libraries.rules.levels import Kind

EMAIL_LENGTH = 254
NAME_LENGTH = 200


@extend_schema_field({"type": "string", "enum": [member.name for member in GranteeType]})
class GranteeTypeField(EnumField):
    def __init__(self, **options: Any) -> None:
        super().__init__(KINDS, **options)


@extend_schema_field({"type": "string", "enum": [member.name for member in Role]})
class RoleField(EnumField):
    def __init__(self, **options: Any) -> None:
        super().__init__(LEVELS, **options)


class EmailAddressField(StrictCharField):
    """The e-mail of a share's user or team."""

    def get_attribute(self, share: Share) -> str:
        subject = share.user or share.team
        return subject.email if subject else ""


class Permission(Message):
    """What a grantee may do to a library. Nothing but the role is ever updated."""

    name = serializers.SerializerMethodField()
    granteeType = GranteeTypeField(source="kind", required=False)
    emailAddress = EmailAddressField(source="email", required=False, allow_blank=True, max_length=EMAIL_LENGTH)
    role = RoleField(source="level")

    def get_name(self, share: Share) -> str:
        """`context["parent"]` is the library's name."""
        return f"{self.context['parent']}/permissions/{permission_id(share)}"


class NewPermission(Permission):
    """A permission to be created."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """EVERYONE has no e-mail, USER and GROUP have one; which without a type is a user's, as clients have it."""
        email = attrs.setdefault("email", "")
        if not email and "kind" not in attrs:
            raise serializers.ValidationError({"granteeType": ["This field is required."]})
        kind = attrs.setdefault("kind", Kind.USER)
        if kind == Kind.EVERYONE and email:
            raise serializers.ValidationError({"emailAddress": ["EVERYONE has no e-mail address."]})
        if kind != Kind.EVERYONE and not email:
            raise serializers.ValidationError({"emailAddress": ["USER and GROUP are named by their e-mail address."]})
        return attrs


@extend_schema_serializer(many=False)
class ListPermissionsResponse(Message):
    """One page of permissions."""

    permissions = Permission(many=True)
    nextPageToken = serializers.CharField(required=False, help_text="Left out on the last page.")


class TransferOwnershipRequest(Message):
    """Who is to be the owner."""

    name = serializers.CharField(read_only=True)
    emailAddress = StrictCharField(source="email", max_length=EMAIL_LENGTH)


class Resource(Message):
    """A library, in one of its spellings."""

    name: serializers.Field = serializers.SerializerMethodField()
    displayName = StrictCharField(source="name", max_length=NAME_LENGTH, trim_whitespace=True)
    createTime = serializers.DateTimeField(source="created_at", read_only=True)
    updateTime = serializers.DateTimeField(source="updated_at", read_only=True)

    def get_name(self, library: Library) -> str:
        """`context["collection"]` is the first part of the name."""
        return f"{self.context['collection']}/{library.short_name}"


class Corpus(Resource):
    """A library as a corpus."""


class CorpusNameField(StrictCharField):
    """`corpora/ID`; the value is the id, and none where it is empty."""

    PREFIX = "corpora/"
    default_error_messages = {
        "name": f"Must be {PREFIX} and at most {NATURAL_ID_LENGTH} of a-z, 0-9 and inner hyphens; not a UUID, nor 24 "
        "hex digits."
    }

    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        identifier = name.removeprefix(self.PREFIX)
        if name and not (name.startswith(self.PREFIX) and is_natural_id(identifier)):
            self.fail("name")
        return identifier


class NewCorpus(Corpus):
    """A corpus to be created. The name is made from `displayName` where it is left out."""

    name = CorpusNameField(source="natural_id", required=False, allow_blank=True)
    displayName = StrictCharField(
        source="name", required=False, allow_blank=True, max_length=NAME_LENGTH, trim_whitespace=True
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Both names are optional here, and a library has one at least."""
        return {**attrs, "name": attrs.get("name") or attrs.get("natural_id") or "Corpus"}


@extend_schema_serializer(many=False)
class ListCorporaResponse(Message):
    """One page of corpora."""

    corpora = Corpus(many=True)
    nextPageToken = serializers.CharField(required=False, help_text="Left out on the last page.")


@extend_schema_field({"type": "string", "enum": [member.name for member in State]})
class StateField(EnumField):
    """Every library is ready for use."""

    def __init__(self) -> None:
        super().__init__({member: member for member in State}, read_only=True)

    def get_attribute(self, library: Library) -> State:
        return State.ACTIVE


class TunedModel(Resource):
    """A library as a tuned model: as much of one as makes a client's permissions work."""

    description = serializers.CharField(read_only=True, allow_blank=True)
    state = StateField()


@extend_schema_serializer(many=False)
class ListTunedModelsResponse(Message):
    """One page of tuned models."""

    tunedModels = TunedModel(many=True)
    nextPageToken = serializers.CharField(required=False, help_text="Left out on the last page.")
