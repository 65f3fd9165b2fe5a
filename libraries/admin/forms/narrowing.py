"""What narrowing an organization's sharing scope leaves outside, told before it is saved (R8).

The save runs for real inside its transaction, and under the core's locks. If shares reach outside and the form does not
say what shall become of those very ones, `Undecided` rolls all of it back, and a page asks.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from libraries.admin.base import VerbAdmin
from libraries.models import Organization, Share, SharingScope
from libraries.people.organizations import Outside
from libraries.people.outside import outside_shares
from libraries.rules.levels import Level

OUTSIDE, SEEN = "outside", "outside_seen"
"""The fields of the page's form: what becomes of the shares, and of which."""
SHOWN = 50
"""How many shares the page names."""


class Undecided(Exception):
    """Shares reach outside an organization that is being narrowed, and nobody said yet what becomes of them."""

    def __init__(self, organization: Organization, shares: list[Share], number: int, seen: str) -> None:
        """shares: the first of them. number: how many there are. seen: what a decision about them names."""
        super().__init__(f"{number} shares reach outside {organization.slug}.")
        self.organization = organization
        self.shares = shares
        self.number = number
        self.seen = seen


def decision(request: HttpRequest) -> Outside | None:
    """What the form says becomes of the shares outside; None where it does not say."""
    given = request.POST.get(OUTSIDE)
    return Outside(given) if given in list(Outside) else None


def require_decision(request: HttpRequest, now: Organization, wanted: str | None) -> None:
    """A precondition for the verb, which calls it with the locked organization. Raises Undecided.

    wanted: the sharing scope that the form asks for; None where it asks for no other.
    """
    if wanted != SharingScope.ORGANIZATION or now.sharing_scope == SharingScope.ORGANIZATION:
        return
    number, seen = _seen(now)
    if number and not (decision(request) and request.POST.get(SEEN) == seen):
        shares = outside_shares(now).with_principals().select_related("library").order_by("library__natural_id", "pk")
        raise Undecided(now, list(shares[:SHOWN]), number, seen)


def _seen(organization: Organization) -> tuple[int, str]:
    """How many shares reach outside, and a text that names these and no others; a few at a time in memory."""
    number, told = 0, sha256()
    for key, level in outside_shares(organization).order_by("pk").values_list("pk", "level").iterator():
        number += 1
        told.update(f"{key} {level}\n".encode())
    return number, told.hexdigest()


class NarrowingAdmin(VerbAdmin):
    """Asks what becomes of shares outside before it saves. A subclass saves with `require_decision`."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Undecided as undecided:
            return self._ask(request, undecided)

    def _ask(self, request: HttpRequest, undecided: Undecided) -> HttpResponse:
        asked = {"csrfmiddlewaretoken", OUTSIDE, SEEN}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Shared outside",
            "organization": undecided.organization,
            "shares": [(share, Level(share.level)) for share in undecided.shares],
            "more": undecided.number - SHOWN,
            "number": undecided.number,
            "posted": [(name, value) for name, values in request.POST.lists() if name not in asked for value in values],
            "seen": undecided.seen,
        }
        return TemplateResponse(request, "admin/narrowing.html", context)

    def tell_what_stays(self, request: HttpRequest, organization: Organization) -> None:
        """After a save that keeps shares outside."""
        if decision(request) == Outside.KEEP:
            number = outside_shares(organization).count()
            self.message_user(
                request, f"Shares that still reach outside and go on counting: {number}.", messages.WARNING
            )
