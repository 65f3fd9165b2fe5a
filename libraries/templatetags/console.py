"""What the console's templates write often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from libraries.access.explain import Effect, Reason
from libraries.console import administered_by, is_superuser
from libraries.models import Library, Organization, Share, Team, User
from libraries.rules.levels import Kind, Level

register = template.Library()

DID = {Effect.SHUTS_OUT: "shuts out", Effect.SHUT_OUT: "shut out", Effect.EXPIRED: "over", Effect.INACTIVE: "inactive"}


@register.simple_tag
def level_badge(level: int) -> SafeString:
    """A level as a word in its colour."""
    named = Level(level)
    label = "None" if named == Level.NONE else named.label
    return format_html('<span class="level level-{}">{}</span>', named.name.lower(), label)


@register.filter
def did(reason: Reason) -> str:
    """What a share did that gave nothing, in a word or two."""
    return DID.get(reason.effect, Level(reason.share.level).name)


@register.simple_tag
def page_of(row: User | Team | Organization | Library) -> str:
    """The address of the row's page."""
    return reverse(f"admin:libraries_{row._meta.model_name}_change", args=[row.pk])


@register.simple_tag(takes_context=True)
def principal_of(context: Mapping[str, Any], share: Share) -> SafeString:
    """Whom a share is for, as a link to their page where who looks may see it."""
    principal = share.team or share.organization
    kind = Kind(share.kind).label.lower()
    if principal and _is_shown(context["request"], getattr(principal, "organization_id", principal.pk)):
        return format_html('<a class="principal-{}" href="{}">{}</a>', kind, page_of(principal), share.principal_name)
    return format_html('<span class="principal-{}">{}</span>', kind, share.principal_name)


def _is_shown(request: HttpRequest, organization: Any) -> bool:
    return is_superuser(request) or organization in administered_by(request)
