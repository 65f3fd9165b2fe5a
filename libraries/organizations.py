"""The verbs on organizations and teams themselves: change and delete. Who is in them is membership's."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from libraries.errors import NameTaken, NotAdministrator, OrganizationInUse, UnknownPrincipal
from libraries.events import EventAction, record_of_organization
from libraries.membership import delete_team, require_administrator
from libraries.models import Actor, Library, Organization, Team

Group = TypeVar("Group", Organization, Team)


def change_organization(*, organization: Organization, changes: dict[str, Any], actor: Actor) -> bool:
    """Change its `name` or `sharing_scope` (R8); returns whether that changed anything.

    Raises NotAdministrator, and UnknownPrincipal if it is gone.
    """
    with transaction.atomic():
        require_administrator(actor, organization)
        now = _locked(Organization.objects.select_for_update(no_key=True), organization)
        changed = _differences(now, changes)
        if changed:
            Organization.objects.filter(pk=now.pk).update(**changes)
            record_of_organization(EventAction.ORGANIZATION_CHANGED, now, actor=actor, details=changed)
        return bool(changed)


def delete_organization(*, organization: Organization, actor: Actor) -> None:
    """Dissolve an organization with its teams.

    Raises NotAdministrator unless a superuser asks, OrganizationInUse, and UnknownPrincipal if it is gone.
    """
    if not (actor.is_active and actor.is_superuser):
        raise NotAdministrator(organization.slug)
    with transaction.atomic():
        organization = _locked(Organization.objects.select_for_update(), organization)
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


def change_team(*, team: Team, changes: dict[str, Any], actor: Actor) -> bool:
    """Change its `name` or `email`; returns whether that changed anything.

    Raises NotAdministrator, NameTaken, and UnknownPrincipal if it is gone.
    """
    try:
        with transaction.atomic():
            require_administrator(actor, team.organization)
            now = _locked(Team.objects.select_for_update(no_key=True), team)
            changed = _differences(now, changes)
            if changed:
                Team.objects.filter(pk=now.pk).update(**changes)
                details = {"team": now.slug, **changed}
                record_of_organization(
                    EventAction.TEAM_CHANGED,
                    team.organization,
                    actor=actor,
                    principal=now.principal_name,
                    details=details,
                )
            return bool(changed)
    except IntegrityError:
        raise NameTaken("email", changes.get("email", "")) from None


def _locked(rows: QuerySet[Group], group: Group) -> Group:
    """The organization or team as it stands now. Raises UnknownPrincipal where it has gone."""
    found = rows.filter(pk=group.pk).first()
    if found is None:
        raise UnknownPrincipal(group.principal_name)
    return found


def _differences(now: Organization | Team, changes: dict[str, Any]) -> dict[str, list[Any]]:
    """Field to its value before and after, for each that would change."""
    return {field: [getattr(now, field), new] for field, new in changes.items() if getattr(now, field) != new}
