"""Accounts. Who is in a team or an organization is changed on their pages, by membership's verbs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from libraries.admin.base import OrganizationFilter, VerbAdmin, copy_columns
from libraries.admin.forms.refusals import VerbForm
from libraries.admin.panels.person import about_person
from libraries.admin.rows.scope import scoped
from libraries.console import actor_of, is_superuser
from libraries.identifiers import is_uuid
from libraries.models import Actor, Organization, Share, Team, User
from libraries.people.accounts import change_account, create_account, delete_account, libraries_of, recording_password
from libraries.people.key_endings import keys_ending_with
from libraries.people.locks import lock_powers_of

ACCOUNT_FIELDS = ("username", "first_name", "last_name", "email", "is_active", "is_staff", "is_superuser")
NEW_COLUMNS = ("username", "email", "first_name", "last_name")
POWERS = ("is_active", "is_staff", "is_superuser")


class AccountForm(VerbForm, UserChangeForm):
    def _get_validation_exclusions(self) -> set[str]:
        """What a name may be is asked of new ones: an old one stays."""
        exclusions: Any = super()
        unchanged = set() if "username" in self.changed_data else {"username"}
        return exclusions._get_validation_exclusions() | unchanged

    def change(self, actor: Actor) -> None:
        with self.refusing():
            change_account(user=self.instance, changes=self.changes(*ACCOUNT_FIELDS), actor=actor)


class NewAccountForm(VerbForm, AdminUserCreationForm):
    """Without a password, unless one is asked for: most people come through their keys or single sign-on."""

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = NEW_COLUMNS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["usable_password"].initial = "false"

    def create(self, actor: Actor) -> None:
        values = {field: self.cleaned_data[field] for field in NEW_COLUMNS}
        wanted = self.cleaned_data["set_usable_password"]
        with self.refusing("username"):
            password = self.cleaned_data["password1"] if wanted else None
            copy_columns(self.instance, create_account(**values, password=password, actor=actor))


class KindFilter(admin.SimpleListFilter):
    """People and service accounts (R13)."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("person", "Person"), ("service", "Service account")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        wanted = self.value()
        return queryset.filter(service_of__isnull=wanted == "person") if wanted in ("person", "service") else queryset


class MembershipFilter(admin.SimpleListFilter):
    """Who is in an organization, or (by a link from its page) in a team."""

    title = "organization"
    parameter_name = "in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        shown = scoped(Organization.objects.all(), request).order_by("slug")
        return list(shown.values_list("pk", "slug")[: OrganizationFilter.offered])

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        key = self.value() or ""
        if not is_uuid(key):
            return queryset
        groups = (scoped(model.objects.all(), request).filter(pk=UUID(key)) for model in (Organization, Team))
        organization, team = (group.values("group") for group in groups)
        return queryset.filter(Q(groups__in=organization) | Q(groups__in=team))


@admin.register(User)
class UserAdmin(VerbAdmin, DjangoUserAdmin):
    form = AccountForm
    add_form = NewAccountForm
    list_display = (
        "username",
        "kind",
        "email",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
    )
    list_select_related = ("service_of",)
    list_filter = (MembershipFilter, KindFilter, "is_active", "is_staff", "is_superuser", "date_joined")
    search_fields = ("username", "email", "first_name", "last_name")
    filter_horizontal = ()
    readonly_fields = (
        "id",
        "kind",
        "ending_keys",
        "organizations",
        "teams",
        "shares_listed",
        "last_login",
        "date_joined",
    )
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        (
            "Powers",
            {
                "fields": (*POWERS, "ending_keys"),
                "description": (
                    "Deactivating takes away every access at once, and leaves the shares for another day. The keys end"
                    " for good: theirs, and those that they made for service accounts (R13)."
                ),
            },
        ),
        ("Where they are", {"fields": ("organizations", "teams", "shares_listed")}),
        ("Facts", {"fields": ("id", "last_login", "date_joined"), "classes": ("collapse",)}),
    )
    members_columns = ("username", "kind", "email", "first_name", "last_name", "is_active")
    members_fieldsets = (
        (None, {"fields": members_columns}),
        ("Where they are", {"fields": ("organizations", "teams", "shares_listed", "id")}),
    )
    """What administrators see of members: how to reach them and where they are, not how they sign in (R10)."""
    add_fieldsets = (
        (None, {"fields": NEW_COLUMNS}),
        ("Password", {"fields": ("usable_password", "password1", "password2")}),
    )

    def beside(self, request: HttpRequest, obj: User) -> dict[str, Any]:
        return about_person(request, obj)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.list_display if is_superuser(request) else self.members_columns

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self.list_filter if is_superuser(request) else (MembershipFilter, KindFilter, "is_active")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """A service account has neither a password nor powers, whoever looks."""
        whole = is_superuser(request) and not (obj and obj.service_of_id)
        return super().get_fieldsets(request, obj) if whole else self.members_fieldsets

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The account, with who looks at it: what its page counts is scoped too."""
        user = super().get_object(request, object_id, from_field)
        if user:
            vars(user)["shown_to"] = request
        return user

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Nobody shuts themselves out by mistake."""
        return (*self.readonly_fields, *POWERS) if obj == request.user else self.readonly_fields

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A service account is looked at here, and changed on its own page."""
        return not (obj and obj.service_of_id) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj and obj.service_of_id:
            return False
        return obj != request.user and super().has_delete_permission(request, obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Django's own history tells how somebody signs in, such as that a password was changed: to superusers alone."""
        if not is_superuser(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            form.change(actor_of(request))
        else:
            form.create(actor_of(request))

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        delete_account(user=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """All locks first, in their order, so that two who delete several never wait for each other's."""
        lock_powers_of(queryset)
        super().delete_queryset(request, queryset)

    def keeps(self, request: HttpRequest, obj: User) -> list[str]:
        if obj == request.user:
            return [f"{obj}: yourself"]
        if obj.service_of_id:
            return [f"{obj}: a service account, which is deleted on its own page"]
        return [f"{obj}: a share on {natural_id}" for natural_id in libraries_of(obj)]

    def goes_with(self, obj: User) -> list[str]:
        return [f"{obj}, with their keys and memberships"]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        user = self.get_object(request, id)
        if user is None:
            return super().user_change_password(request, id, form_url)
        with recording_password(user, actor=actor_of(request)):
            return super().user_change_password(request, id, form_url)

    @admin.display(description="kind")
    def kind(self, obj: User) -> str:
        if not obj.service_of_id:
            return "Person"
        address = reverse("admin:libraries_serviceaccount_change", args=[obj.pk])
        return format_html('<a href="{}">Service account</a>', address)

    @admin.display(description="keys that would end")
    def ending_keys(self, obj: User) -> str:
        """What deactivating would end, told beforehand."""
        return ", ".join(f"{key.user}: {key}" for key in keys_ending_with(obj)) or "None"

    @admin.display(description="organizations")
    def organizations(self, obj: User) -> str:
        found = _shown(Organization, obj).filter(group__in=obj.groups.all()).values_list("slug", flat=True)
        return ", ".join(found) or "None"

    @admin.display(description="teams")
    def teams(self, obj: User) -> str:
        found = _shown(Team, obj).filter(group__in=obj.groups.all()).select_related("organization")
        return ", ".join(map(str, found)) or "None"

    @admin.display(description="own shares")
    def shares_listed(self, obj: User) -> str:
        address = reverse("admin:libraries_share_changelist", query={"user__id__exact": obj.pk})
        return format_html('<a href="{}">{}</a>', address, _shown(Share, obj).filter(user=obj).count())


def _shown(model: Any, user: User) -> QuerySet[Any]:
    """The rows that are shown to whoever looks at the user's page."""
    return scoped(model.objects.all(), vars(user)["shown_to"])
