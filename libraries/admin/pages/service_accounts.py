"""Service accounts (R13): made, renamed, disabled and deleted by the verbs; their keys are made among the API keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from libraries.admin.base import VerbAdmin, copy_columns, organization_filter
from libraries.admin.forms.refusals import VerbForm
from libraries.console import actor_of
from libraries.errors import NotAdministrator
from libraries.identifiers import SERVICE_NAME_LENGTH
from libraries.models import Actor, Organization, ServiceAccount
from libraries.people.keys import live_keys_of
from libraries.people.service_accounts import (
    DISPLAY_NAME_LENGTH,
    change_service_account,
    create_service_account,
    delete_service_account,
    with_last_use,
)

NEW_FIELDS = ("organization", "name", "display_name")
SEEN_FIELDS = ("username", "organization", "display_name", "is_active", "keys", "last_used", "date_joined")
KEYS = 20
"""How many keys the page names."""


def display_name_field(**options: Any) -> forms.CharField:
    return forms.CharField(max_length=DISPLAY_NAME_LENGTH, help_text="What people call it.", **options)


class NewServiceAccountForm(VerbForm):
    organization = forms.ModelChoiceField(Organization.objects.all(), help_text="Whose it is, for good.")
    name = forms.CharField(
        max_length=SERVICE_NAME_LENGTH,
        help_text="Letters a to z, digits and hyphens: robot, which is acme.robot to everybody.",
    )
    display_name = display_name_field(required=False)
    fields_of: ClassVar = {NotAdministrator: "organization"}

    class Meta:
        model = ServiceAccount
        fields = ()

    def create(self, actor: Actor) -> None:
        values = {field: self.cleaned_data[field] for field in NEW_FIELDS}
        with self.refusing():
            copy_columns(self.instance, create_service_account(**values, actor=actor))


class ServiceAccountForm(VerbForm):
    display_name = display_name_field()

    class Meta:
        model = ServiceAccount
        fields = ("is_active",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "display_name" in self.fields:  # whoever only looks is shown the columns themselves
            self.initial["display_name"] = self.instance.first_name

    def change(self, actor: Actor) -> None:
        names = {"display_name": "display_name", "is_active": "active"}
        changes = {names[field]: value for field, value in self.changes(*names).items()}
        with self.refusing():
            change_service_account(account=self.instance, changes=changes, actor=actor)


@admin.register(ServiceAccount)
class ServiceAccountAdmin(VerbAdmin):
    form = ServiceAccountForm
    administrators_may = frozenset({"view", "add", "change", "delete"})
    list_display = ("username", "first_name_shown", "service_of", "is_active", "last_used", "date_joined")
    list_filter = (organization_filter("service_of"), "is_active")
    list_select_related = ("service_of",)
    search_fields = ("username", "first_name")
    readonly_fields = ("username", "organization", "keys", "last_used", "date_joined")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        if obj is None:
            options["form"] = NewServiceAccountForm
        return super().get_form(request, obj, change=change, **options)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return SEEN_FIELDS if obj else NEW_FIELDS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_last_use(super().get_queryset(request))

    def save_model(self, request: HttpRequest, obj: ServiceAccount, form: Any, change: bool) -> None:
        if change:
            form.change(actor_of(request))
        else:
            form.create(actor_of(request))

    def delete_model(self, request: HttpRequest, obj: ServiceAccount) -> None:
        delete_service_account(account=obj, actor=actor_of(request))

    def goes_with(self, obj: ServiceAccount) -> list[str]:
        return [f"{obj}, with its keys, and its shares of libraries"]

    @admin.display(description="display name", ordering="first_name")
    def first_name_shown(self, obj: ServiceAccount) -> str:
        return obj.first_name

    @admin.display(description="organization")
    def organization(self, obj: ServiceAccount) -> str:
        return str(obj.service_of)

    @admin.display(description="last used")
    def last_used(self, obj: Any) -> Any:
        return obj.last_used_at

    @admin.display(description="live keys")
    def keys(self, obj: ServiceAccount) -> str:
        """Each leads to its page; one more is made among the API keys."""
        live = live_keys_of(obj).order_by("-pk")[:KEYS]
        links = [(reverse("admin:libraries_apikey_change", args=[key.pk]), str(key)) for key in live]
        named = format_html_join(", ", '<a href="{}">{}</a>', links) or "None"
        add = reverse("admin:libraries_apikey_add", query={"user": obj.pk})
        every = reverse("admin:libraries_apikey_changelist", query={"q": obj.username})
        return format_html('{} · <a href="{}">Make a key</a> · <a href="{}">All its keys</a>', named, add, every)
