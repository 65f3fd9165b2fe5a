"""A library's page: the library, its owner, and its shares edited in place."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from libraries.admin.base import OrganizationFilter, copy_columns
from libraries.admin.forms.asking import AskingAdmin
from libraries.admin.forms.fields import user_field
from libraries.admin.forms.losses import confirming
from libraries.admin.forms.refusals import StaleCheckedForm
from libraries.admin.forms.share_rows import ROWS, ShareInline
from libraries.admin.panels.who_can_reach import overview
from libraries.admin.rows.concerns import LibraryConcernFilter
from libraries.console import actor_of, is_superuser
from libraries.errors import ActionNotAllowed, NotAdministrator, NotMember, OnlyUsersOwn, UnknownPrincipal
from libraries.identifiers import NATURAL_ID_LENGTH, is_natural_id, lookup_for
from libraries.library_lifecycle import CHANGEABLE, change_library, create_library, delete_library
from libraries.models import Actor, Library, Share, User
from libraries.principals import Principal
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.share import locked_library_for, transfer_library

FACTS = ("created_at", "updated_at", "revision")


def owner_of(library: Library) -> User | None:
    """The owner who is shown where one is: the one whose OWNER share is the oldest (docs/contracts.md)."""
    share = library.shares.filter(level=Level.OWNER).select_related("user").order_by("id").first()
    return share.user if share else None


class LibraryForm(StaleCheckedForm):
    natural_id = forms.CharField(
        max_length=NATURAL_ID_LENGTH,
        required=False,
        help_text="Its name in addresses, such as “press-kit”; made from the name if left empty. It cannot be changed.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    owner = user_field(help_text="Another one here transfers the library, and leaves the present owner an editor.")
    fields_of: ClassVar = {
        UnknownPrincipal: "owner",
        NotMember: "owner",
        OnlyUsersOwn: "owner",
        NotAdministrator: "organization",
    }

    class Meta:
        model = Library
        fields = ("name", "natural_id", "emoji", "description", "organization", "editors_can_share")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self._show_owner(owner_of(self.instance))

    def _show_owner(self, owner: User | None) -> None:
        """One from elsewhere, whom the field cannot show, is named beside it; then nobody need be chosen."""
        field: Any = self.fields["owner"]
        if owner is None or is_superuser(self.request) or field.queryset.contains(owner):
            self.initial["owner"] = owner
        else:
            field.required = False
            field.help_text = f"Now {owner.username}, who is no member. Anybody here transfers the library."

    def clean_natural_id(self) -> str:
        natural_id = self.cleaned_data["natural_id"]
        if natural_id and not is_natural_id(natural_id):
            raise forms.ValidationError(
                "Lower-case letters, digits and hyphens, with no hyphen at either end, and nothing like a UUID."
            )
        return natural_id

    def version_of(self, instance: Library) -> str:
        owner = owner_of(instance)
        return f"{instance.updated_at.isoformat()} {owner.pk if owner else ''}"

    @property
    def takes_away(self) -> bool:
        """Whether saving it may leave somebody with less."""
        return "owner" in self.changed_data

    def create(self, actor: User) -> None:
        """Make the library for its owner."""
        values = {field: self.cleaned_data[field] for field in CHANGEABLE}
        with self.refusing("owner"):
            library = create_library(
                natural_id=self.cleaned_data["natural_id"],
                organization=self.cleaned_data["organization"].slug,
                owner=self.cleaned_data["owner"],
                actor=actor,
                **values,
            )
            copy_columns(self.instance, library)

    def change(self, actor: Actor) -> None:
        """Change the library, and hand it over where the owner is another one."""
        if not self.has_changed():
            return
        changes = self.changes(*CHANGEABLE)
        with self.refusing(next(iter(changes), None), only=ActionNotAllowed):
            library = self._changed(changes, actor)
            if "owner" in self.changed_data and self.cleaned_data["owner"]:
                owner = Principal(Kind.USER, self.cleaned_data["owner"])
                transfer_library(library=library, to=owner.reference, actor=actor)

    def _changed(self, changes: dict[str, Any], actor: Actor) -> Library:
        """Where only the owner is another one, that asks for no more than a transfer does (R10)."""
        if changes:
            return change_library(library=self.instance, changes=changes, precondition=self.refuse_stale, actor=actor)
        library = locked_library_for(actor, self.instance, Action.TRANSFER)
        self.refuse_stale(library)
        return library


@admin.register(Library)
class LibraryAdmin(AskingAdmin):
    form = LibraryForm
    administrators_may = frozenset({"view", "add", "change", "delete"})
    inlines = (ShareInline,)
    list_display = (
        "name",
        "natural_id",
        "organization",
        "owner_name",
        "share_count",
        "editors_can_share",
        "created_at",
    )
    list_filter = (OrganizationFilter, LibraryConcernFilter, "editors_can_share", "created_at")
    search_fields = ("name", "natural_id")
    search_help_text = "A name, or any of a library's ids."
    autocomplete_fields = ("organization",)
    readonly_fields = ("shares_listed", "id", "object_id", *FACTS)
    add_fieldsets = (
        (None, {"fields": ("name", "natural_id", "emoji", "description")}),
        ("Who it belongs to", {"fields": ("organization", "owner", "editors_can_share", "version")}),
    )
    fieldsets = (
        ("Ownership", {"fields": ("owner", "editors_can_share", "version")}),
        ("Name and description", {"fields": ("name", "emoji", "description"), "classes": ("collapse",)}),
        (
            "Facts",
            {
                "fields": ("organization", "shares_listed", "natural_id", "id", "object_id", *FACTS),
                "classes": ("collapse",),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Library]:
        owners = Share.objects.filter(library=OuterRef("pk"), level=Level.OWNER).order_by("id")
        oldest = Subquery(owners.values("user__username")[:1])
        return super().get_queryset(request).select_related("organization").annotate(owner_name=oldest)

    def get_fieldsets(self, request: HttpRequest, obj: Library | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Library | None = None) -> Any:
        return ("natural_id", "organization", *self.readonly_fields) if obj else self.readonly_fields

    def named_by(self, queryset: QuerySet[Library], term: str) -> QuerySet[Library] | None:
        """By any of its names; words find it by parts of the readable ones."""
        lookup = lookup_for(term)
        named = queryset.filter(**{lookup.column: lookup.value})
        if lookup.slug:
            return named.filter(organization__slug=lookup.slug)
        return None if lookup.is_bare else named

    def beside(self, request: HttpRequest, obj: Library) -> dict[str, Any]:
        return overview(request, obj)

    def save_model(self, request: HttpRequest, obj: Library, form: Any, change: bool) -> None:
        """A new one is made here; what changes on one that is there is saved with its rows."""
        if not change:
            form.create(actor_of(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Iterable[Any], change: bool) -> None:
        asking = change and any(part.takes_away for part in (form, *formsets))
        with confirming(request, form.instance) if asking else nullcontext():
            if change:
                form.change(actor_of(request))
            super().save_related(request, form, formsets, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.apply(form.instance, actor_of(request))

    def delete_model(self, request: HttpRequest, obj: Library) -> None:
        delete_library(library=obj, actor=actor_of(request))

    def goes_with(self, obj: Library) -> list[str]:
        return [f"{obj.name} ({obj.natural_id}), with {_shares(obj)}"]

    @admin.display(description="owner", ordering="owner_name")
    def owner_name(self, obj: Any) -> str | None:
        return obj.owner_name

    @admin.display(description="shares")
    def shares_listed(self, obj: Library) -> str:
        """A way to all of them, since the page shows no more than ROWS."""
        address = reverse("admin:libraries_share_changelist", query={"library__id__exact": obj.pk})
        shown = f" (the oldest {ROWS} stand below)" if obj.share_count > ROWS else ""
        return format_html('<a href="{}">{}</a>{}', address, _shares(obj), shown)


def _shares(library: Library) -> str:
    return "1 share" if library.share_count == 1 else f"{library.share_count} shares"
