"""Shares: each on a page of its own, and the rows that a library's page shows."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from libraries.admin.base import at
from libraries.admin.forms.fields import SuggestingInput, end_field, level_field
from libraries.admin.forms.losses import ConfirmingAdmin, confirming
from libraries.admin.forms.refusals import ChangedMeanwhile, SeenForm, VerbFormSet
from libraries.admin.pages.share_actions import ShareActions
from libraries.admin.pages.share_files import ShareFiles
from libraries.admin.rows.paging import FurtherBack
from libraries.admin.rows.scope import Scoped
from libraries.console import actor_of, is_superuser
from libraries.db.expressions import IsAnyOf
from libraries.errors import ExpiryRefused, InvalidText, LevelAboveOwn, OnlyUsersOwn, SharingError, UnknownPrincipal
from libraries.models import Actor, Library, Organization, Share, Team, User
from libraries.models.shares import NOTE_LENGTH
from libraries.principals import COLUMNS, PrincipalReference, named, principal_of
from libraries.rules.levels import Kind, Level
from libraries.sharing.rules import KEEP
from libraries.sharing.share import revoke_share, share_library

ROWS = 100
"""How many shares a library's page shows; with more fields than these Django would refuse the form."""
LABELS = {"principal": "Shared with", "level": "Level", "expires_at": "Expires at (UTC)", "note": "Note"}
"""What a screen reader calls the fields of a row; others read the heads of the columns."""
SOON = timedelta(days=30)


class AlreadyShared(SharingError):
    """Somebody who has a share was added once more."""

    code = "already_shared"

    def __init__(self) -> None:
        super().__init__("This principal already has a share. Change that one instead.")


class ShareForm(SeenForm):
    """One share. The principal is written as everywhere, and stays what it is once there is a share."""

    principal = forms.CharField(
        max_length=200,
        help_text="alice, team:engineering, org:acme or everyone",
        widget=SuggestingInput(attrs={"placeholder": "Type a name"}),
    )
    level = level_field()
    expires_at = end_field()
    note = forms.CharField(
        max_length=NOTE_LENGTH, required=False, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    fields_of: ClassVar = {
        UnknownPrincipal: "principal",
        AlreadyShared: "principal",
        LevelAboveOwn: "level",
        OnlyUsersOwn: "level",
        ExpiryRefused: "expires_at",
        InvalidText: "note",
    }

    class Meta:
        model = Share
        fields = ("level", "expires_at", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in LABELS.items():
            self.fields[name].widget.attrs["aria-label"] = label
        self.is_gone = False
        if self.is_existing:
            self.initial["principal"] = self.instance.principal_name
            self._fix_principal()

    @property
    def is_existing(self) -> bool:
        return not self.instance._state.adding

    def mark_as_gone(self) -> None:
        """The row that was shown is there no more."""
        self.is_gone = True
        self._fix_principal()

    def _fix_principal(self) -> None:
        self.fields["principal"].disabled = True
        self.fields["principal"].required = False

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.is_gone:
            self.add_error(None, str(ChangedMeanwhile()))
        return cleaned

    def _post_clean(self) -> None:
        """Nothing: the core checks what it is given, and the instance keeps telling what the database has."""

    def stamp(self, instance: Share) -> str:
        return instance.updated_at.isoformat()

    @property
    def reference(self) -> PrincipalReference:
        """Whom the row is about."""
        return principal_of(self.instance).reference if self.is_existing else named(self.cleaned_data["principal"])

    @property
    def takes_away(self) -> bool:
        """Whether saving it may leave somebody with less at once."""
        if not self.has_changed() or self.is_gone:
            return False
        lowered = self.is_existing and self.cleaned_data["level"] < self.instance.level
        return lowered or self.cleaned_data["level"] == Level.NONE

    def give(self, library: Library, actor: Actor) -> None:
        """Make the share, or change it."""
        with self.refusing():
            share, _ = share_library(
                library=library,
                principal=self.reference,
                level=self.cleaned_data["level"],
                **{"expires_at": KEEP, "note": KEEP, **self.changes("expires_at", "note")},
                precondition=self.refuse_unseen if self.is_existing else _refuse_existing,
                actor=actor,
            )
            self.instance = share

    def take_away(self, library: Library, actor: Actor) -> None:
        with self.refusing():
            revoke_share(library=library, principal=self.reference, precondition=self.refuse_unseen, actor=actor)


def _refuse_existing(share: Share | None) -> None:
    if share:
        raise AlreadyShared


class ShareFormSet(VerbFormSet):
    """The shares of one library, oldest first, up to ROWS of them."""

    def get_queryset(self) -> Any:
        if not hasattr(self, "_queryset"):
            self._queryset = super().get_queryset()[:ROWS]
        return self._queryset

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # Django's own field would ask the database for each row's key.
        form.fields["id"] = forms.UUIDField(initial=form.fields["id"].initial, required=False, widget=forms.HiddenInput)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Remove this share"
        if not self.instance._state.adding:
            address = reverse("admin:suggest_principals", args=[self.instance.pk])
            form.fields["principal"].widget.attrs["data-suggestions"] = address
        if self.is_bound and index is not None and index < self.initial_form_count() and not form.is_existing:
            form.mark_as_gone()

    @property
    def takes_away(self) -> bool:
        """Whether saving the rows may leave somebody with less at once."""
        rows: list[Any] = self.forms
        return bool(self.deleted_forms) or any(row.takes_away for row in rows)

    def apply(self, library: Library, actor: Actor) -> None:
        """Take away, then give; in the order of the principals, since the core locks one after another."""
        forms: list[Any] = self.forms
        deleted: list[Any] = self.deleted_forms
        rows = sorted((row for row in forms if row.has_changed() and not row.is_gone), key=_principal)
        gone = [row for row in rows if row in deleted and row.is_existing]
        changed = [row for row in rows if row not in deleted and row.is_existing]
        new = [row for row in rows if row not in deleted and not row.is_existing]
        for row in gone:
            row.take_away(library, actor)
        for row in changed + new:
            row.give(library, actor)
        self._tell_history(gone, changed, new)

    def _tell_history(self, gone: list[Any], changed: list[Any], new: list[Any]) -> None:
        self.deleted_objects = [row.instance for row in gone]
        self.changed_objects = [(row.instance, row.changed_data) for row in changed]
        self.new_objects = [row.instance for row in new]


def _principal(row: ShareForm) -> str:
    return row.cleaned_data.get("principal") or ""


class ShareInline(Scoped, admin.TabularInline):
    """The shares on a library's page."""

    administrators_may = frozenset({"view", "add", "change", "delete"})
    model = Share
    form = ShareForm
    formset = ShareFormSet
    fields = ("principal", "level", "expires_at", "note", "seen")
    extra = 1

    class Media:
        css: ClassVar = {"all": ["libraries/shares.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        shares: Any = super().get_queryset(request)
        return shares.with_principals()


class ExpiryFilter(admin.SimpleListFilter):
    title = "end"
    parameter_name = "end"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("soon", f"Within {SOON.days} days"), ("over", "Over"), ("later", "Later"), ("none", "None")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Share]) -> QuerySet[Share]:
        soon = timezone.now() + SOON
        wanted = {
            "soon": Q(expires_at__gt=Now(), expires_at__lte=soon),
            "over": Q(expires_at__lte=Now()),
            "later": Q(expires_at__gt=soon),
            "none": Q(expires_at=None),
        }
        return queryset.filter(wanted.get(self.value() or "", Q()))


def _mentioning(word: str, *, with_email: bool) -> Q:
    """The shares whose principal or library the word names in part.

    The names are looked up first, each in its own small table, and the shares then by their indexes. An e-mail
    address is looked at for superusers alone: to others the search would tell strangers' bit by bit.
    """
    users = Q(username__icontains=word) | (Q(email__icontains=word) if with_email else Q())
    named = {
        "user": User.objects.filter(users),
        "team": Team.objects.filter(slug__icontains=word),
        "organization": Organization.objects.filter(slug__icontains=word),
        "library": Library.objects.filter(Q(name__icontains=word) | Q(natural_id__icontains=word)),
    }
    return reduce(
        or_, (Q(IsAnyOf(F(column), Subquery(rows.order_by().values("pk")))) for column, rows in named.items())
    )


@admin.register(Share)
class ShareAdmin(ShareFiles, ShareActions, ConfirmingAdmin):
    """Every share there is. New ones are given on their library's page."""

    form = ShareForm
    administrators_may = frozenset({"view", "change", "delete"})
    linked = ("library__id__exact", "user__id__exact")
    deletion_order = ("library_id", "pk")
    list_display = ("principal_name", "library", "level", "expires_at", "granted_by")
    list_filter = (at("library__organization"), "level", "kind", ExpiryFilter, FurtherBack)
    ordering = ("-id",)
    sortable_by = ("expires_at",)
    search_fields = ("library",)
    search_help_text = "A principal (alice, team:engineering, org:acme, everyone), or a library's name."
    fields = (
        "library",
        "principal_name",
        "level",
        "expires_at",
        "note",
        "giver",
        "created_at",
        "updated_at",
        "seen",
    )
    readonly_fields = ("library", "principal_name", "giver", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        shares: Any = super().get_queryset(request)
        return shares.with_principals().select_related("library")

    def named_by(self, queryset: QuerySet[Share], term: str) -> QuerySet[Share] | None:
        """A principal as the list shows it finds its shares."""
        reference = named(term)
        if reference.kind == Kind.EVERYONE:
            return queryset.filter(kind=Kind.EVERYONE)
        if reference.kind in (Kind.TEAM, Kind.ORGANIZATION):
            column = COLUMNS[reference.kind]
            return queryset.filter(kind=reference.kind, **{f"{column}__slug__istartswith": reference.value})
        return super().named_by(queryset, term)

    def holding_words(self, request: HttpRequest, queryset: Any, term: str) -> tuple[Any, bool]:
        """Each word in the principal's name or the library's."""
        for word in term.split():
            queryset = queryset.filter(_mentioning(word, with_email=is_superuser(request)))
        return queryset, False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Share, form: Any, change: bool) -> None:
        with confirming(request, obj.library) if form.takes_away else nullcontext():
            form.give(obj.library, actor_of(request))

    def delete_model(self, request: HttpRequest, obj: Share) -> None:
        revoke_share(library=obj.library, principal=principal_of(obj).reference, actor=actor_of(request))

    @admin.display(description="granted by")
    def giver(self, obj: Share) -> str | None:
        """A name and no link: it may be somebody's from elsewhere."""
        return obj.granted_by.username if obj.granted_by else None

    def goes_with(self, obj: Share) -> list[str]:
        return [f"{obj.principal_name} is {Level(obj.level).name} on {obj.library.natural_id}"]
