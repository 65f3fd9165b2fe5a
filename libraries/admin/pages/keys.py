"""API keys: made here, shown once, revoked; never changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from libraries.admin.base import VerbAdmin, copy_columns
from libraries.admin.forms.fields import end_field, user_field
from libraries.admin.forms.refusals import VerbForm
from libraries.admin.rows.concerns import KEY_STATES
from libraries.console import actor_of
from libraries.errors import ExpiryRefused, KeyOfAnother
from libraries.models import Actor, ApiKey, Scope, User
from libraries.people.key_endings import keys_made_with
from libraries.people.keys import create_api_key, revoke_api_key

KEY_FIELDS = ("user", "name", "scopes", "expires_at")


CONFIRMED = "confirmed"
ASKED = {"csrfmiddlewaretoken", CONFIRMED}


def _digest(keys: Iterable[UUID]) -> str:
    """What a confirmation names, so that it is for these keys and no others that were made meanwhile."""
    return sha256(" ".join(sorted(map(str, keys))).encode()).hexdigest()


class KeyForm(VerbForm):
    user = user_field(help_text="Yourself or a service account: it may do what they may, and no more than its scopes.")
    scopes = forms.TypedMultipleChoiceField(
        choices=Scope.choices, coerce=Scope, initial=[Scope.LIBRARY_READ], widget=forms.CheckboxSelectMultiple
    )
    expires_at = end_field()
    fields_of: ClassVar = {KeyOfAnother: "user", ExpiryRefused: "expires_at"}

    class Meta:
        model = ApiKey
        fields = KEY_FIELDS

    def clean_user(self) -> User:
        user = self.cleaned_data["user"]
        if not user.is_active:
            raise forms.ValidationError(f"{user} is inactive: their keys give no access.")
        return user

    def create(self, actor: Actor) -> None:
        """Make the key. Its secret is on the instance until the answer is written, and nowhere else."""
        values = {field: self.cleaned_data[field] for field in KEY_FIELDS}
        with self.refusing():
            key, secret = create_api_key(**values, actor=actor)
            copy_columns(self.instance, key)
            self.instance.secret = secret


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in KEY_STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
        chosen = KEY_STATES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


@admin.register(ApiKey)
class ApiKeyAdmin(VerbAdmin):
    """A key is not deleted: revoked, it opens nothing and still tells whose it was."""

    form = KeyForm
    administrators_may = frozenset({"view", "add"})
    list_display = (
        "name",
        "user",
        "hint",
        "scopes_listed",
        "last_used_at",
        "expires_at",
        "revoked_at",
        "is_live",
        "revoking",
    )
    list_filter = (StateFilter, "created_at")
    list_select_related = ("user",)
    search_fields = ("name", "hint", "user__username", "user__email")
    actions = ("revoke",)
    fields = KEY_FIELDS
    seen_fields = (
        "user",
        "name",
        "hint",
        "scopes_listed",
        "created_at",
        "made_by",
        "made_by_key",
        "last_used_at",
        "expires_at",
        "revoked_at",
        "is_live",
        "revoking",
    )

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

    def get_urls(self) -> list[Any]:
        revoking = self.admin_site.admin_view(require_POST(self.revoke_view))
        return [path("<path:object_id>/revoke/", revoking, name="libraries_apikey_revoke"), *super().get_urls()]

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One click, since a key that was revoked by mistake is made anew in a minute; two where others go with it."""
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        key = self.get_object(request, unquote(object_id))
        if key is None:
            return self.missing(request, object_id)
        asked = self._revoke(request, [key], posted=())
        return asked or HttpResponseRedirect(reverse("admin:libraries_apikey_changelist"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """One's own, unless another is chosen."""
        return {"user": actor_of(request).pk, **super().get_changeform_initial_data(request)}

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
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        sent = [(name, value) for name, values in request.POST.lists() if name not in ASKED for value in values]
        return self._revoke(request, list(queryset.select_related("user").order_by("pk")), posted=sent)

    def _revoke(
        self, request: HttpRequest, keys: Sequence[ApiKey], *, posted: Sequence[tuple[str, Any]]
    ) -> HttpResponse | None:
        """Revoke them, or answer with a page that lists what else would end, until exactly that was confirmed (R13).

        posted: what that page sends again.
        """
        along = {made.pk: made for key in keys for made in keys_made_with(key) if made not in keys}
        if along and request.POST.get(CONFIRMED) != _digest(along):
            return self._ask(request, keys, along, posted)
        ended = [each for key in keys for each in revoke_api_key(key=key, actor=actor_of(request))]
        told = (
            f"Revoked: {', '.join(map(str, ended))}. Requests that bring it are refused from now on."
            if ended
            else "Nothing was changed: these were revoked before."
        )
        self.message_user(request, told, messages.SUCCESS if ended else messages.WARNING)
        return None

    def _ask(
        self, request: HttpRequest, keys: Sequence[ApiKey], along: Mapping[UUID, ApiKey], posted: Sequence[Any]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Revoke these API keys?" if len(keys) > 1 else "Revoke this API key?",
            "keys": keys,
            "along": list(along.values()),
            "posted": posted,
            "confirmed": _digest(along),
        }
        return TemplateResponse(request, "admin/libraries/apikey/revoke.html", context)

    @admin.display(description="scopes")
    def scopes_listed(self, obj: ApiKey) -> str:
        return ", ".join(obj.scopes)

    @admin.display(description="revoke")
    def revoking(self, obj: ApiKey) -> str | None:
        """A button of the form that the list, or the page, stands in; so it needs no script."""
        if obj.revoked_at:
            return None
        address = reverse("admin:libraries_apikey_revoke", args=[quote(obj.pk)])
        button = '<button type="submit" class="button" formaction="{}" aria-label="Revoke {}">Revoke</button>'
        return format_html(button, address, obj)

    @admin.display(description="live", boolean=True)
    def is_live(self, obj: ApiKey) -> bool:
        return obj.is_live and obj.user.is_active
