"""Organizations, and who is in them and administers them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from libraries.admin.base import copy_columns
from libraries.admin.forms.fields import user_field, users_field
from libraries.admin.forms.members import GroupAdmin, MembersForm, counted
from libraries.admin.forms.narrowing import NarrowingAdmin, decision, require_decision
from libraries.console import actor_of, is_superuser
from libraries.db.text import could_be_found
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
from libraries.people import administrators, members, organizations
from libraries.people.organizations import change_organization, delete_organization, libraries_of

ORGANIZATION_COLUMNS = ("slug", "name", "sharing_scope")
ADDING = ("add_members", "add_by_name")
"""Fields for superusers alone (R15)."""
WHY_NOT_ADDING = (
    "Nobody is taken in without their consent: ask a superuser to add who is not a member yet (R15). Anyone may leave."
)


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_superuser(self.request):
            for field in ADDING:
                self.fields.pop(field)

    def clean_add_by_name(self) -> list[User]:
        names = [name.strip() for name in self.cleaned_data["add_by_name"].split(",") if name.strip()]
        return [self._account(name) for name in names]

    def _account(self, name: str) -> User:
        accounts = User.objects.filter(is_active=True, service_of=None)
        found = could_be_found(name) and (
            accounts.filter(username=name).first() or accounts.filter(email__iexact=name).first()
        )
        if not found:
            raise forms.ValidationError(
                f"No active account is called “{name}”: ask for its exact name or e-mail address."
            )
        return found

    def create(self, actor: Actor) -> None:
        with self.refusing():
            values = {field: self.cleaned_data[field] for field in ORGANIZATION_COLUMNS}
            copy_columns(self.instance, organizations.create_organization(**values, actor=actor))

    def change(self, actor: Actor) -> None:
        """Newcomers first, so that they can become administrators at once; leavers last."""
        with self.refusing():
            changes = self.changes("name", "sharing_scope")
            change_organization(
                organization=self.instance,
                changes=changes,
                outside=decision(self.request) if "sharing_scope" in changes else None,
                precondition=lambda now: require_decision(self.request, now, changes.get("sharing_scope")),
                actor=actor,
            )
        here: dict[str, Any] = {"organization": self.instance, "actor": actor}
        self.each("add_members", members.add_member, **here)
        self.each("add_by_name", members.add_member, **here)
        self.each("add_administrators", administrators.set_administrator, administrator=True, **here)
        self.each("remove_administrators", administrators.set_administrator, administrator=False, **here)
        self.each("give_check_access", administrators.set_check_access, allowed=True, **here)
        self.each("take_check_access", administrators.set_check_access, allowed=False, **here)
        successor = self.cleaned_data["successor"]
        self.each("remove_members", members.remove_member, successor=successor, **here)


@admin.register(Organization)
class OrganizationAdmin(NarrowingAdmin, GroupAdmin):
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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may add nobody reads why."""
        fieldsets = super().get_fieldsets(request, obj)
        if is_superuser(request) or not obj:
            return fieldsets
        title, options = self.members_fieldset
        fields = tuple(field for field in options["fields"] if field not in ADDING)
        return (*fieldsets[:-1], (title, {"fields": fields, "description": WHY_NOT_ADDING}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        here = OuterRef("pk")
        return (
            super()
            .get_queryset(request)
            .annotate(
                library_count=counted(Library.objects.filter(organization=here), "organization"),
                team_count=counted(Team.objects.filter(organization=here), "organization"),
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

    def save_related(self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.tell_what_stays(request, form.instance)

    def delete_model(self, request: HttpRequest, obj: Organization) -> None:
        delete_organization(organization=obj, actor=actor_of(request))

    def keeps(self, request: HttpRequest, obj: Organization) -> list[str]:
        return [f"library {natural_id}" for natural_id in libraries_of(obj)]

    def goes_with(self, obj: Organization) -> list[str]:
        return [f"{obj.name} ({obj.slug}), with its teams, memberships and service accounts"]
