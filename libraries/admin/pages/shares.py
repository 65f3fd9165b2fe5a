"""Shares: the list of all, and each on a page of its own."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from libraries.admin.base import organization_filter
from libraries.admin.forms.asking import AskingAdmin
from libraries.admin.forms.losses import confirming
from libraries.admin.forms.share_rows import ShareForm
from libraries.admin.pages.share_actions import ShareActions
from libraries.admin.pages.share_files import ShareFiles
from libraries.admin.rows.paging import FurtherBack
from libraries.console import actor_of, is_superuser
from libraries.db.expressions import IsAnyOf
from libraries.models import Library, Organization, Share, Team, User
from libraries.principals import PRINCIPAL_COLUMNS, named, principal_of
from libraries.rules.levels import Kind, Level
from libraries.sharing.share import revoke_share

SOON = timedelta(days=30)


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
class ShareAdmin(ShareFiles, ShareActions, AskingAdmin):
    """Every share there is. New ones are given on their library's page."""

    form = ShareForm
    administrators_may = frozenset({"view", "change", "delete"})
    linked = ("library__id__exact", "user__id__exact")
    deletion_order = ("library_id", "pk")
    list_display = ("principal_name", "library", "level", "expires_at", "granted_by")
    list_filter = (organization_filter("library__organization"), "level", "kind", ExpiryFilter, FurtherBack)
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
        "version",
    )
    readonly_fields = ("library", "principal_name", "giver", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> Any:
        shares: Any = super().get_queryset(request)
        return shares.with_principals().select_related("library__organization")

    def named_by(self, queryset: QuerySet[Share], term: str) -> QuerySet[Share] | None:
        """A principal as the list shows it finds its shares."""
        reference = named(term)
        if reference.kind == Kind.EVERYONE:
            return queryset.filter(kind=Kind.EVERYONE)
        if reference.kind in (Kind.TEAM, Kind.ORGANIZATION):
            column = PRINCIPAL_COLUMNS[reference.kind]
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
