"""Organizations and teams, and who is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from libraries.admin.base import OrganizationFilter, VerbAdmin, become
from libraries.admin.forms.fields import user_field, users_field
from libraries.admin.forms.refusals import VerbForm
from libraries.admin.panels.principal_shares import what_it_reaches
from libraries.console import actor_of
from libraries.errors import UnknownPrincipal
from libraries.models import (
    ADMINISTER,
    CHECK_ACCESS,
    Actor,
    Library,
    Organization,
    OrganizationUserObjectPermission,
    Team,
    User,
)
from libraries.people import administrators, members, organizations, teams
from libraries.people.organizations import change_organization, delete_organization, libraries_of
from libraries.people.teams import change_team

SHOWN = 100
"""How many members a page names."""
ORGANIZATION_COLUMNS = ("slug", "name", "sharing_scope")
TEAM_COLUMNS = ("organization", "slug", "name", "email")
MEMBERSHIPS = User.groups.through.objects.filter(group=OuterRef("group"))


class MembersForm(VerbForm):
    """Who comes and who goes. Whoever is not named stays what they are, however many there are."""

    add_members = users_field()
    remove_members = users_field()

    def each(self, field: str, verb: Callable[..., Any], **arguments: Any) -> None:
        """Call the verb for each of the users in the field."""
        for user in self.cleaned_data.get(field) or ():
            with self.refusing(field):
                verb(user=user, **arguments)


class OrganizationForm(MembersForm):
    add_by_name = forms.CharField(
        required=False,
        help_text="Accounts that are not suggested, by their exact usernames or e-mail addresses, with commas between.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )
    add_administrators = users_field(help_text="Members who then share, transfer and delete any library of it (R10).")
    remove_administrators = users_field()
    give_check_access = users_field(
        help_text="Members, such as a gateway's own account, who then ask about others' access to its libraries (R10)."
    )
    take_check_access = users_field()
    successor = user_field(
        required=False, help_text="Becomes the owner of the libraries that a removed member owns alone (R12)."
    )
    fields_of: ClassVar = {UnknownPrincipal: "successor"}

    class Meta:
        model = Organization
        fields = ORGANIZATION_COLUMNS

    def clean_add_by_name(self) -> list[User]:
        """Whoever administers may take anybody in, so here alone an account is found that is not shown to them."""
        names = [name.strip() for name in self.cleaned_data["add_by_name"].split(",") if name.strip()]
        return [self._account(name) for name in names]

    def _account(self, name: str) -> User:
        accounts = User.objects.filter(is_active=True)
        found = accounts.filter(username=name).first() or accounts.filter(email__iexact=name).first()
        if found is None:
            raise forms.ValidationError(
                f"No active account is called “{name}”: ask for its exact name or e-mail address."
            )
        return found

    def create(self, actor: Actor) -> None:
        with self.refusing():
            values = {field: self.cleaned_data[field] for field in ORGANIZATION_COLUMNS}
            become(self.instance, organizations.create_organization(**values, actor=actor))

    def change(self, actor: Actor) -> None:
        """Newcomers first, so that they can become administrators at once; leavers last."""
        with self.refusing():
            changes = self.changes("name", "sharing_scope")
            change_organization(organization=self.instance, changes=changes, actor=actor)
        here: dict[str, Any] = {"organization": self.instance, "actor": actor}
        self.each("add_members", members.add_member, **here)
        self.each("add_by_name", members.add_member, **here)
        self.each("add_administrators", administrators.set_administrator, administrator=True, **here)
        self.each("remove_administrators", administrators.set_administrator, administrator=False, **here)
        self.each("give_check_access", administrators.set_check_access, allowed=True, **here)
        self.each("take_check_access", administrators.set_check_access, allowed=False, **here)
        successor = self.cleaned_data["successor"]
        self.each("remove_members", members.remove_member, successor=successor, **here)


class TeamForm(MembersForm):
    class Meta:
        model = Team
        fields = TEAM_COLUMNS

    def create(self, actor: Actor) -> None:
        with self.refusing():
            values = {field: self.cleaned_data[field] for field in TEAM_COLUMNS}
            become(self.instance, teams.create_team(**values, actor=actor))

    def change(self, actor: Actor) -> None:
        with self.refusing():
            change_team(team=self.instance, changes=self.changes("name", "email"), actor=actor)
        self.each("add_members", teams.add_team_member, team=self.instance, actor=actor)
        self.each("remove_members", teams.remove_team_member, team=self.instance, actor=actor)


class MemberedAdmin(VerbAdmin):
    """What the pages of organizations and teams have in common. Members come once there is something to be in."""

    fixed: ClassVar[tuple[str, ...]]
    members_fieldset: ClassVar[Any]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(member_count=_counted(MEMBERSHIPS, "group"))

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        return what_it_reaches(request, obj)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return (*fieldsets, self.members_fieldset) if obj else fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fixed, *self.readonly_fields) if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            form.change(actor_of(request))
        else:
            form.create(actor_of(request))

    @admin.display(description="members", ordering="member_count")
    def member_count(self, obj: Any) -> int:
        return obj.member_count

    @admin.display(description="members")
    def members(self, obj: Any) -> str:
        found = self.members_of(obj)[: SHOWN + 1]
        named = format_html_join(", ", '<a href="{}">{}</a>{}', map(_link, found[:SHOWN]))
        address = reverse("admin:libraries_user_changelist", query={"in": obj.pk})
        more = format_html(' and <a href="{}">all the others</a>', address) if len(found) > SHOWN else ""
        return format_html("{}{}", named or "Nobody yet.", more)

    def members_of(self, obj: Any) -> QuerySet[User]:
        return User.objects.filter(groups=obj.group_id).order_by("username")


POWERS = {"administers": "administrator", "checks": "may check access"}
"""What a member's name is followed by, where the annotation is true."""


def _link(user: Any) -> tuple[str, str, str]:
    powers = [word for column, word in POWERS.items() if getattr(user, column, False)]
    remark = f" ({', '.join(powers)})" if powers else ""
    return reverse("admin:libraries_user_change", args=[user.pk]), user.username, remark


def _counted(rows: QuerySet[Any], column: str) -> Coalesce:
    """How many of the `rows`, which are correlated and alike in the column, there are for each row of a list."""
    counted = rows.order_by().values(column).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@admin.register(Organization)
class OrganizationAdmin(MemberedAdmin):
    form = OrganizationForm
    administrators_may = frozenset({"view", "change"})
    list_display = ("name", "slug", "sharing_scope", "library_count", "team_count", "member_count", "created_at")
    list_filter = ("sharing_scope",)
    search_fields = ("name", "slug")
    fixed = ("slug",)
    readonly_fields = ("members",)
    fieldsets = ((None, {"fields": ORGANIZATION_COLUMNS}),)
    members_fieldset = (
        "Members",
        {
            "fields": (
                "members",
                "add_members",
                "add_by_name",
                "add_administrators",
                "remove_administrators",
                "give_check_access",
                "take_check_access",
                "remove_members",
                "successor",
            )
        },
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        here = OuterRef("pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                library_count=_counted(Library.objects.filter(organization=here), "organization"),
                team_count=_counted(Team.objects.filter(organization=here), "organization"),
            )
        )

    @admin.display(description="libraries", ordering="library_count")
    def library_count(self, obj: Any) -> int:
        return obj.library_count

    @admin.display(description="teams", ordering="team_count")
    def team_count(self, obj: Any) -> int:
        return obj.team_count

    def members_of(self, obj: Any) -> QuerySet[User]:
        powers = OrganizationUserObjectPermission.objects.filter(content_object=obj, user=OuterRef("pk"))
        administers, checks = (Exists(powers.to(name)) for name in (ADMINISTER, CHECK_ACCESS))
        return super().members_of(obj).annotate(administers=administers, checks=checks)

    def delete_model(self, request: HttpRequest, obj: Organization) -> None:
        delete_organization(organization=obj, actor=actor_of(request))

    def keeps(self, request: HttpRequest, obj: Organization) -> list[str]:
        return [f"library {natural_id}" for natural_id in libraries_of(obj)]

    def goes_with(self, obj: Organization) -> list[str]:
        return [f"{obj.name} ({obj.slug}), with its teams and memberships"]


@admin.register(Team)
class TeamAdmin(MemberedAdmin):
    form = TeamForm
    administrators_may = frozenset({"view", "add", "change", "delete"})
    list_display = ("name", "organization", "slug", "email", "member_count", "created_at")
    list_filter = (OrganizationFilter,)
    search_fields = ("name", "slug", "email", "organization__slug")
    autocomplete_fields = ("organization",)
    fixed = ("organization", "slug")
    readonly_fields = ("members",)
    fieldsets = ((None, {"fields": TEAM_COLUMNS}),)
    members_fieldset = ("Members", {"fields": ("members", "add_members", "remove_members")})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("organization")

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        teams.delete_team(team=obj, actor=actor_of(request))

    def goes_with(self, obj: Team) -> list[str]:
        return [f"{obj}, with its memberships and {obj.shares.count()} shares"]
