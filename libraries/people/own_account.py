"""What people change about their own account."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import transaction

from libraries.db.text import is_storable
from libraries.errors import UnknownOrganization, UnknownPrincipal
from libraries.events.record import EventAction, record
from libraries.models import Organization, User
from libraries.people.locks import locked


def change_own_account(
    *, changes: Mapping[str, str | None], precondition: Callable[[User], None] | None = None, actor: User
) -> bool:
    """Change one's own account; returns whether that changed anything.

    changes: `default_organization`, the slug of one of the actor's organizations or None (R15).
    Raises UnknownOrganization for one that they are not in, as for none, UnknownPrincipal if the account is gone, and
    what `precondition` (called with the locked account) raises.
    """
    with transaction.atomic():
        # Locked, so that nobody leaves an organization while making it their default one.
        now = locked(User.objects.select_for_update(no_key=True), actor, gone=UnknownPrincipal(actor.username))
        if precondition:
            precondition(now)
        return "default_organization" in changes and _set_default_organization(now, changes["default_organization"])


def _set_default_organization(user: User, slug: str | None) -> bool:
    before, chosen = user.default_organization, None if slug is None else _organization_of(user, slug)
    if chosen == before:
        return False
    User.objects.filter(pk=user.pk).update(default_organization=chosen)
    slugs = [each.slug if each else None for each in (before, chosen)]
    record(EventAction.USER_CHANGED, actor=user, principal=user.username, details={"default_organization": slugs})
    return True


def _organization_of(user: User, slug: str) -> Organization:
    mine = Organization.objects.filter(group__in=user.groups.all())
    found = mine.filter(slug=slug).first() if is_storable(slug) else None
    if found is None:
        raise UnknownOrganization(slug)
    return found
