"""The verbs on organizations themselves, each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import IntegrityError, transaction
from django.db.models import Q

from libraries.errors import NameTaken, OrganizationInUse, OrganizationNotFound
from libraries.events.record import EventAction, differences_of, record_of_organization
from libraries.models import Actor, Library, Organization
from libraries.people.administrators import require_administrator, require_superuser
from libraries.people.locks import lock_organization, locked
from libraries.people.teams import delete_team


def create_organization(*, slug: str, name: str, actor: Actor, **fields: str) -> Organization:
    """Found an organization. Raises NotSuperuser, NameTaken."""
    require_superuser(actor)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(slug=slug, name=name, **fields)
            record_of_organization(EventAction.ORGANIZATION_CREATED, organization, actor=actor)
    except IntegrityError:
        raise NameTaken("slug", slug) from None
    return organization


def change_organization(
    *,
    organization: Organization,
    changes: Mapping[str, str],
    precondition: Callable[[Organization], None] | None = None,
    actor: Actor,
) -> bool:
    """Change its `name` or `sharing_scope` (R8); returns whether that changed anything.

    Raises NotAdministrator, OrganizationNotFound if it is gone, and what `precondition` (called with the locked
    organization) raises.
    """
    with transaction.atomic():
        now = lock_organization(organization)
        require_administrator(actor, organization)
        if precondition:
            precondition(now)
        changed = differences_of(now, changes)
        if changed:
            Organization.objects.filter(pk=now.pk).update(**changes)
            record_of_organization(EventAction.ORGANIZATION_CHANGED, now, actor=actor, details=changed)
        return bool(changed)


def delete_organization(*, organization: Organization, actor: Actor) -> None:
    """Dissolve an organization with its teams.

    Raises NotSuperuser, OrganizationInUse, and OrganizationNotFound if it is gone.
    """
    require_superuser(actor)
    with transaction.atomic():
        organization = locked(Organization.objects.select_for_update(), organization, gone=OrganizationNotFound())
        if libraries := libraries_of(organization):
            raise OrganizationInUse(organization.slug, libraries)
        for team in organization.teams.select_related("organization"):
            delete_team(team=team, actor=actor)
        record_of_organization(EventAction.ORGANIZATION_DELETED, organization, actor=actor)
        organization.delete()


def libraries_of(organization: Organization) -> list[str]:
    """The libraries that keep an organization from being deleted: its own, and those shared with it."""
    in_use = Library.objects.filter(Q(organization=organization) | Q(pk__in=organization.shares.values("library")))
    return list(in_use.order_by("natural_id").values_list("natural_id", flat=True))
