"""What somebody who runs the service should look at now and then: counted on the home page, filtered by in the lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from libraries.models import Library, Share
from libraries.rules.conditions import unexpired
from libraries.rules.levels import Kind, Level

_HERE = Share.objects.filter(library=OuterRef("pk"))

LIBRARY_CONCERNS = {
    "everyone": (
        "Shared with everyone",
        Q(Exists(_HERE.filter(unexpired(), kind=Kind.EVERYONE, level__gt=Level.NONE))),
    ),
    "ownerless": (
        "Without an active owner",
        ~Q(Exists(_HERE.filter(level=Level.OWNER, user__is_active=True))),
    ),
}
"""Name to what it is called, and to the libraries that it is true of."""


_EXPIRED = Q(expires_at__isnull=False, expires_at__lte=Now())
_LIVE = Q(revoked_at=None, user__is_active=True) & ~_EXPIRED

KEY_STATES = {
    "live": ("Live", _LIVE),
    "unused": ("Live, never used", _LIVE & Q(last_used_at=None)),
    "revoked": ("Revoked", Q(revoked_at__isnull=False)),
    "expired": ("Expired", _EXPIRED),
}
"""Name to what it is called, and to the API keys that it is true of."""


class LibraryConcernFilter(admin.SimpleListFilter):
    title = "concern"
    parameter_name = "concern"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in LIBRARY_CONCERNS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Library]) -> QuerySet[Library]:
        chosen = LIBRARY_CONCERNS.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset
