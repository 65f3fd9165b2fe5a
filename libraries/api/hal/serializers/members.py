"""Members of organizations and teams, as the native API takes and answers them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.fields import QueryTextField, StrictBooleanField, StrictSerializer
from libraries.api.hal.serializers.base import LINKS, HalSerializer, LevelField
from libraries.api.hal.serializers.sent_back import SentBackSerializer
from libraries.api.links import path_to
from libraries.models import Organization, Scope, Team, User
from libraries.people.departure import Departure, may_leave


class PersonInput(SentBackSerializer):
    """Who is put at a path."""

    fixed = ("username", "active", "serviceAccount")


class MemberInput(PersonInput):
    """The body of a PUT. What is left out stays as it is."""

    administrator = StrictBooleanField(required=False, help_text="Whether they administer the organization.")


class TeamMemberInput(PersonInput):
    """The body of a PUT: nothing, or an object that changes nothing."""


class RemovalQuery(StrictSerializer):
    """What may be said about a removal."""

    successor = QueryTextField(default="", help_text="The member who gets the libraries that this one alone owns.")
    dryRun = serializers.ChoiceField(
        choices=["true", "false"], default="false", help_text="true: answer what it would take, and take nothing."
    )


class PersonDocument(HalSerializer):
    """One of directory.members_of, of the group in `context["group"]`."""

    write_scope = Scope.ORGANIZATION_ADMIN

    username = serializers.CharField()
    active = serializers.BooleanField(source="is_active", help_text="An inactive account may do nothing.")
    serviceAccount = serializers.SerializerMethodField(help_text="Whether it is a program's account (R13).")

    def get_serviceAccount(self, member: User) -> bool:
        return member.service_of_id is not None

    def path(self, member: User) -> str:
        raise NotImplementedError

    @extend_schema_field(LINKS)
    def get__links(self, member: User) -> dict[str, Any]:
        here = {"href": self.path(member)}
        may_change = self.organization.administered and self.may_write()
        return {"self": here, "edit": here, "inf:delete": here} if may_change else {"self": here}

    @property
    def organization(self) -> Organization:
        group: Organization | Team = self.context["group"]
        return group.organization if isinstance(group, Team) else group


@extend_schema_serializer(component_name="Member")
class MemberDocument(PersonDocument):
    """A member of an organization."""

    administrator = serializers.BooleanField(source="administers")

    def path(self, member: User) -> str:
        return path_to("hal:organization-member", self.organization.slug, member.username)

    @extend_schema_field(LINKS)
    def get__links(self, member: Any) -> dict[str, Any]:
        """Where it is alone, also how the caller leaves: in a list that would cost a query more."""
        links = super().get__links(member)
        alone = not isinstance(self.parent, serializers.ListSerializer)
        is_caller = alone and member == self.context["request"].user
        if is_caller and self.may_write() and may_leave(member, self.organization, administers=member.administers):
            links["inf:leave"] = {"href": f"{self.path(member)}{{?successor,dryRun}}", "templated": True}
        return links


@extend_schema_serializer(component_name="TeamMember")
class TeamMemberDocument(PersonDocument):
    """A member of a team."""

    def path(self, member: User) -> str:
        return path_to("hal:team-member", self.organization.slug, self.context["group"].slug, member.username)


class EndingShare(serializers.Serializer):
    """A share that ends with a membership."""

    libraryId = serializers.UUIDField(source="library_id")
    naturalId = serializers.CharField(source="library.natural_id")
    accessLevel = LevelField(source="level")


class EndingKey(serializers.Serializer):
    """A key that ends with a membership."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    hint = serializers.CharField(help_text="How it begins.")


class EndingProgramKey(EndingKey):
    """A service account's key that ends with the membership of who made it."""

    serviceAccount = serializers.CharField(source="user.service_name", help_text="Its name in the organization.")


@extend_schema_serializer(component_name="Departure")
class DepartureDocument(HalSerializer):
    """What a removal would take, and from whom to whom."""

    username = serializers.CharField(source="user.username")
    organization = serializers.CharField(source="organization.slug")
    libraries = serializers.SerializerMethodField(help_text="Those that need a successor.")
    shares = EndingShare(many=True)
    teams = serializers.SerializerMethodField()
    powers = serializers.ListField(child=serializers.CharField())
    keys = EndingKey(many=True, help_text="Their own: all end, unless they remove themselves.")
    serviceAccountKeys = EndingProgramKey(
        many=True,
        source="program_keys",
        help_text="Those that they made for the organization's service accounts: all end.",
    )
    keysElsewhere = serializers.IntegerField(
        source="keys_elsewhere", help_text="How many keys of other organizations' service accounts end with theirs."
    )
    lastAdministrator = serializers.BooleanField(
        source="last_administrator", help_text="Whether other members keep it from happening, for want of another one."
    )

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_libraries(self, departure: Departure) -> list[str]:
        return [library.natural_id for library in departure.owned_alone]

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_teams(self, departure: Departure) -> list[str]:
        return [team.slug for team in departure.teams]

    @extend_schema_field(LINKS)
    def get__links(self, departure: Departure) -> dict[str, Any]:
        member = [departure.organization.slug, departure.user.username]
        return {"inf:member": {"href": path_to("hal:organization-member", *member)}}
