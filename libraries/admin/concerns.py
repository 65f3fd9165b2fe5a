"""What somebody who runs the service should look at now and then: counted on the home page, filtered by in the lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from libraries.levels import Kind, Level
from libraries.models import Library, Share
from libraries.reach import unexpired

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


class LibraryConcernFilter(admin.SimpleListFilter):
    title = "concern"
    parameter_name = "concern"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in LIBRARY_CONCERNS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Library]) -> QuerySet[Library]:
        chosen = LIBRARY_CONCERNS.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset
