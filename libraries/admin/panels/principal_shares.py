"""What a team's or an organization's page shows beside its form: what it reaches by its own shares."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, When
from django.db.models.functions import Now
from django.http import HttpRequest

from libraries.admin.panels.who_can_reach import page_of
from libraries.admin.rows.visible import visible_rows
from libraries.models import Organization, Share, Team


def what_it_reaches(request: HttpRequest, principal: Team | Organization) -> dict[str, Any]:
    """The shares that name it, page by page, as far as who looks may see their libraries."""
    over = Case(When(expires_at__lte=Now(), then=True), default=False, output_field=BooleanField())
    shares: Any = visible_rows(request, Share).filter(**{principal._meta.model_name or "": principal})
    shown = (
        shares.select_related("library", "granted_by")
        .annotate(is_expired=over)
        .order_by("-level", "library__name", "pk")
    )
    return {"shares": page_of(shown, request, "shares")}
