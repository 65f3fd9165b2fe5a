"""The form of one share, and the rows of them that a library's page shows."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from libraries.admin.forms.fields import SuggestingInput, end_field, level_field
from libraries.admin.forms.refusals import ChangedMeanwhile, StaleCheckedForm, VerbFormSet
from libraries.admin.rows.scope import Scoped
from libraries.errors import ExpiryRefused, InvalidText, LevelAboveOwn, OnlyUsersOwn, SharingError, UnknownPrincipal
from libraries.models import Actor, Library, Share
from libraries.models.shares import NOTE_LENGTH
from libraries.principals import PrincipalReference, named, principal_of
from libraries.rules.levels import Level
from libraries.sharing.rules import KEEP
from libraries.sharing.share import revoke_share, share_library

ROWS = 100
"""How many shares a library's page shows; with more fields than these Django would refuse the form."""
LABELS = {"principal": "Shared with", "level": "Level", "expires_at": "Expires at (UTC)", "note": "Note"}
"""What a screen reader calls the fields of a row; others read the heads of the columns."""


class AlreadyShared(SharingError):
    """Somebody who has a share was added once more."""

    code = "already_shared"

    def __init__(self) -> None:
        super().__init__("This principal already has a share. Change that one instead.")


class ShareForm(StaleCheckedForm):
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

    def version_of(self, instance: Share) -> str:
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
                precondition=self.refuse_stale if self.is_existing else _refuse_existing,
                actor=actor,
            )
            self.instance = share

    def take_away(self, library: Library, actor: Actor) -> None:
        with self.refusing():
            revoke_share(library=library, principal=self.reference, precondition=self.refuse_stale, actor=actor)


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
    fields = ("principal", "level", "expires_at", "note", "version")
    extra = 1

    class Media:
        css: ClassVar = {"all": ["libraries/shares.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        shares: Any = super().get_queryset(request)
        return shares.with_principals()
