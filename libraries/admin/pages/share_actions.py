"""Many shares of the list changed at once: asked for, shown from and to, then done by the core, all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import repeat
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from libraries.admin.forms.fields import end_field, level_field
from libraries.admin.forms.refusals import ChangedMeanwhile, sentence
from libraries.console import actor_of
from libraries.errors import SharingError
from libraries.models import Actor, Share, User
from libraries.principals import principal_of
from libraries.rules.levels import Kind, Level
from libraries.sharing.bulk import Item, share_across
from libraries.sharing.bulk_write import Change, ShareRow
from libraries.sharing.rules import Wanted

MAX_SHARES = 500
"""How many shares are changed at once; their keys travel in the form, and Django refuses one with many more fields."""


class BulkForm(forms.Form):
    """What is asked for all the chosen shares."""

    title: str
    button: str
    done: str

    def wanted(self, share: Share) -> Wanted | None:
        """What that is for one of them; None to take it away."""
        raise NotImplementedError


class BulkLevelForm(BulkForm):
    title, button, done = "Set the level of these shares", "Set the level", "The level was set"
    level = level_field()

    def wanted(self, share: Share) -> Wanted:
        return Wanted(self.cleaned_data["level"])


class BulkEndForm(BulkForm):
    title, button, done = "Set when these shares expire", "Set the end", "The end was set"
    expires_at = end_field()

    def wanted(self, share: Share) -> Wanted:
        return Wanted(Level(share.level), self.cleaned_data["expires_at"])


class BulkRevokeForm(BulkForm):
    title, button, done = "Revoke these shares", "Revoke", "Revoked"

    def wanted(self, share: Share) -> None:
        return None


class PreviewRow(NamedTuple):
    """One share of the preview."""

    share: Share
    people: str
    before: str
    after: str = ""
    refusal: str = ""


class Plan:
    """The same asked for many shares by one actor."""

    def __init__(self, shares: Sequence[Share], ask: BulkForm, actor: Actor) -> None:
        self._shares = shares
        self._actor = actor
        self._items = [(str(each.library_id), _item(each, ask)) for each in shares]

    def preview(self) -> list[Change | SharingError]:
        """What would copy_columns of each."""
        return share_across(items=self._items, dry_run=True, actor=self._actor)

    def carry_out(self, version: str) -> list[Change | SharingError]:
        """Do it, unless anything is refused or is not as it was in that `version`; then the refusals say why nothing was done."""
        with transaction.atomic():
            outcomes: list[Change | SharingError] = share_across(items=self._items, actor=self._actor)
            if self.version_of(outcomes) != version:
                outcomes = list(repeat(ChangedMeanwhile(), len(outcomes)))
            if any(isinstance(each, SharingError) for each in outcomes):
                transaction.set_rollback(True)
            return outcomes

    def version_of(self, outcomes: Sequence[Change | SharingError]) -> str:
        """A text that is another one where any of the shares has changed since."""
        befores: list[ShareRow | None] = [each.before if isinstance(each, Change) else None for each in outcomes]
        stands = [(str(share.pk), _terms(before)) for share, before in zip(self._shares, befores, strict=True)]
        return sha256(repr(stands).encode()).hexdigest()


def _item(share: Share, ask: BulkForm) -> Item:
    return Item(principal_of(share).reference, ask.wanted(share))


def _rows(shares: Sequence[Share], outcomes: Sequence[Change | SharingError] | None) -> Iterator[PreviewRow]:
    people = _people(shares)
    for share, outcome in zip(shares, outcomes or repeat(None, len(shares)), strict=True):
        row = PreviewRow(share, people[share.pk], _terms(share))
        if isinstance(outcome, Change):
            row = row._replace(after=_terms(outcome.after) if outcome.changes else "as it is")
        elif outcome:
            row = row._replace(refusal=sentence(outcome))
        yield row


def _terms(share: Share | ShareRow | None) -> str:
    if share is None:
        return "no share"
    end: datetime | None = share.expires_at
    return Level(share.level).name + (f" until {end:%Y-%m-%d %H:%M:%S} UTC" if end else "")


def _people(shares: Sequence[Share]) -> dict[Any, str]:
    """How many each share is about; one query for all of them."""
    groups = {share.pk: group for share in shares if (group := share.team or share.organization)}
    rows = User.groups.through.objects.filter(group__in={group.group_id for group in groups.values()})
    counted = Counter(dict(rows.values_list("group").annotate(Count("pk")).order_by()))
    alone = {share.pk: "everyone" if share.kind == Kind.EVERYONE else "1" for share in shares}
    return alone | {pk: str(counted[group.group_id]) for pk, group in groups.items()}


class ShareActions(admin.ModelAdmin):
    """The actions of the list of shares. Each ends in a page that shows what it would do, and a button that does it."""

    actions = ("set_level", "set_end", "revoke")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        return {name: action for name, action in actions.items() if name != "delete_selected"}

    @admin.action(description="Set the level of the selected shares", permissions=["change"])
    def set_level(self, request: HttpRequest, queryset: QuerySet[Share]) -> HttpResponse | None:
        return self._ask(request, queryset, BulkLevelForm)

    @admin.action(description="Set when the selected shares expire", permissions=["change"])
    def set_end(self, request: HttpRequest, queryset: QuerySet[Share]) -> HttpResponse | None:
        return self._ask(request, queryset, BulkEndForm)

    @admin.action(description="Revoke the selected shares", permissions=["delete"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Share]) -> HttpResponse | None:
        return self._ask(request, queryset, BulkRevokeForm)

    def _ask(self, request: HttpRequest, queryset: QuerySet[Share], kind: type[BulkForm]) -> HttpResponse | None:
        shares = list(queryset.order_by("library_id", "pk")[: MAX_SHARES + 1])
        if len(shares) > MAX_SHARES:
            self._tell(request, f"Choose {MAX_SHARES} shares at most, in one go.", messages.ERROR)
            return None
        if not shares:
            self._tell(request, str(ChangedMeanwhile()), messages.ERROR)
            return None
        asked = "ask" in request.POST or not kind.base_fields
        ask = kind(request.POST if asked else None)
        if not (asked and ask.is_valid()):
            return self._page(request, ask, _rows(shares, None))
        plan = Plan(shares, ask, actor_of(request))
        outcomes = plan.carry_out(request.POST["version"]) if "version" in request.POST else plan.preview()
        if "version" in request.POST and not any(isinstance(each, SharingError) for each in outcomes):
            self._finish(request, ask, shares, outcomes)
            return None
        return self._page(request, ask, _rows(shares, outcomes), version=plan.version_of(outcomes))

    def _finish(self, request: HttpRequest, ask: BulkForm, shares: Sequence[Share], outcomes: Sequence[Any]) -> None:
        changed = [share for share, outcome in zip(shares, outcomes, strict=True) if outcome.changes]
        told = f"{ask.done}." if changed else "They were so before."
        LogEntry.objects.log_actions(actor_of(request).pk, changed, CHANGE, change_message=told)
        self._tell(request, f"{len(changed)} of {len(shares)} shares changed. {told}", messages.SUCCESS)

    def _page(self, request: HttpRequest, ask: BulkForm, rows: Iterator[PreviewRow], version: str = "") -> HttpResponse:
        judged = list(rows)
        context = {
            **self.admin_site.each_context(request),
            "opts": Share._meta,
            "title": ask.title,
            "ask": ask,
            "rows": judged,
            "refused": sum(bool(row.refusal) for row in judged),
            "version": version,
            "action": request.POST["action"],
        }
        return TemplateResponse(request, "admin/libraries/share/many.html", context)

    def _tell(self, request: HttpRequest, told: str, level: int) -> None:
        self.message_user(request, told, level)
