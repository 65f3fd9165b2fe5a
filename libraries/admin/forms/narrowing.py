"""What narrowing an organization's sharing scope leaves outside, told before it is saved (R8).

If shares reach outside and the form does not say what shall become of those very ones, `Undecided` asks.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from libraries.admin.forms.asking import AskingAdmin, Question
from libraries.models import Organization, Share, SharingScope
from libraries.people.organizations import Outside
from libraries.people.outside import outside_shares
from libraries.rules.levels import Level

OUTSIDE, SEEN = "outside", "outside_seen"
"""The fields of the page's form: what becomes of the shares, and of which."""
SHOWN = 50
"""How many shares the page names."""


class Undecided(Question):
    """Shares reach outside an organization that is being narrowed, and nobody said yet what becomes of them."""

    template = "admin/narrowing.html"
    title = "Shared outside"
    answers = frozenset({OUTSIDE, SEEN})

    def __init__(self, organization: Organization, shares: list[Share], number: int, seen: str) -> None:
        """shares: the first of them. number: how many there are. seen: what a decision about them names."""
        super().__init__(f"{number} shares reach outside {organization.slug}.")
        self.organization = organization
        self.shares = shares
        self.number = number
        self.seen = seen

    def context(self) -> dict[str, Any]:
        return {
            "organization": self.organization,
            "shares": [(share, Level(share.level)) for share in self.shares],
            "more": self.number - SHOWN,
            "number": self.number,
            "seen": self.seen,
        }


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


class NarrowingAdmin(AskingAdmin):
    """Saves with `require_decision`."""

    def tell_what_stays(self, request: HttpRequest, organization: Organization) -> None:
        """After a save that keeps shares outside."""
        if decision(request) == Outside.KEEP:
            number = outside_shares(organization).count()
            self.message_user(
                request, f"Shares that still reach outside and go on counting: {number}.", messages.WARNING
            )
