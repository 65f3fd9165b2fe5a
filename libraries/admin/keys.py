"""API keys: made here, shown once, revoked; never changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from libraries.admin.base import VerbAdmin, become
from libraries.admin.fields import end_field, user_field
from libraries.admin.refusals import VerbForm
from libraries.console import actor_of
from libraries.errors import ExpiryRefused, KeyOfAnother
from libraries.keys import create_api_key, revoke_api_key
from libraries.models import Actor, ApiKey, Scope, User

COLUMNS = ("user", "name", "scopes", "expires_at")


class KeyForm(VerbForm):
    user = user_field(help_text="Whose key it is: it may do what they may, and no more than its scopes.")
    scopes = forms.TypedMultipleChoiceField(
        choices=Scope.choices, coerce=Scope, initial=[Scope.LIBRARY_READ], widget=forms.CheckboxSelectMultiple
    )
    expires_at = end_field()
    fields_of: ClassVar = {KeyOfAnother: "user", ExpiryRefused: "expires_at"}

    class Meta:
        model = ApiKey
        fields = COLUMNS

    def clean_user(self) -> User:
        user = self.cleaned_data["user"]
        if not user.is_active:
            raise forms.ValidationError(f"{user} is inactive: no key of theirs opens anything.")
        return user

    def create(self, actor: Actor) -> None:
        """Make the key. Its secret is on the instance until the answer is written, and nowhere else."""
        values = {field: self.cleaned_data[field] for field in COLUMNS}
        with self.refusing():
            key, secret = create_api_key(**values, actor=actor)
            become(self.instance, key)
            self.instance.secret = secret


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("revoked", "Revoked"), ("expired", "Expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        expired = Q(expires_at__isnull=False, expires_at__lte=Now())
        wanted = {
            "live": Q(revoked_at=None, user__is_active=True) & ~expired,
            "revoked": Q(revoked_at__isnull=False),
            "expired": expired,
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


@admin.register(ApiKey)
class ApiKeyAdmin(VerbAdmin):
    """A key is not deleted: revoked, it opens nothing and still tells whose it was."""

    form = KeyForm
    administrators_may = frozenset({"view", "add"})
    list_display = ("name", "user", "hint", "scopes_listed", "created_at", "expires_at", "revoked_at", "is_live")
    list_filter = (StateFilter, "created_at")
    list_select_related = ("user",)
    search_fields = ("name", "hint", "user__username", "user__email")
    actions = ("revoke",)
    fields = COLUMNS
    seen_fields = ("user", "name", "hint", "scopes_listed", "created_at", "expires_at", "revoked_at", "is_live")

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return self.seen_fields if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return self.seen_fields if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One button: whichever else was pressed, the answer is the secret."""
        buttons = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **buttons})

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        form.create(actor_of(request))

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """The secret, in this one answer: a message would keep it in a cookie or a session until it is read."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "API key made",
            "key": obj,
            "secret": vars(obj)["secret"],
        }
        return TemplateResponse(request, "admin/libraries/apikey/secret.html", context)

    @admin.action(description="Revoke selected API keys", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        revoked = [str(key) for key in queryset.order_by("pk") if revoke_api_key(key=key, actor=actor_of(request))]
        told = f"Revoked: {', '.join(revoked)}." if revoked else "Nothing was changed: these were revoked before."
        self.message_user(request, told, messages.SUCCESS if revoked else messages.WARNING)

    @admin.display(description="scopes")
    def scopes_listed(self, obj: ApiKey) -> str:
        return ", ".join(obj.scopes)

    @admin.display(description="live", boolean=True)
    def is_live(self, obj: ApiKey) -> bool:
        return obj.is_live and obj.user.is_active
