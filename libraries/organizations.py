"""The verbs on organizations and teams themselves: change and delete. Who is in them is membership's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from libraries.directory import require_superuser
from libraries.errors import NameTaken, OrganizationInUse, OrganizationNotFound, SharingError, TeamNotFound
from libraries.events import EventAction, record_of_organization
from libraries.membership import create_team, delete_team, require_administrator
from libraries.models import Actor, Library, Organization, Team

Group = TypeVar("Group", Organization, Team)
GONE: dict[type, type[SharingError]] = {Organization: OrganizationNotFound, Team: TeamNotFound}
"""What is raised where one has gone meanwhile."""


def change_organization(
    *,
    organization: Organization,
    changes: dict[str, Any],
    precondition: Callable[[Organization], None] | None = None,
    actor: Actor,
) -> bool:
    """Change its `name` or `sharing_scope` (R8); returns whether that changed anything.

    Raises NotAdministrator, OrganizationNotFound if it is gone, and what `precondition` (called with the locked
    organization) raises.
    """
    with transaction.atomic():
        require_administrator(actor, organization)
        now = _locked(Organization.objects.select_for_update(no_key=True), organization)
        if precondition:
            precondition(now)
        changed = _differences(now, changes)
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


def put_team(
    *,
    organization: Organization,
    slug: str,
    changes: dict[str, Any],
    precondition: Callable[[Team | None], None] | None = None,
    actor: Actor,
) -> bool:
    """Make the team of that slug, or change its `name` and `email`; returns whether it is new.

    Raises NotAdministrator, NameTaken, OrganizationNotFound if the organization is gone, and what `precondition` (called
    with the team, or None where there is none yet) raises.
    """
    with transaction.atomic():
        require_administrator(actor, organization)
        _locked(Organization.objects.select_for_update(no_key=True), organization)  # so that two make one team
        team = organization.teams.select_for_update(no_key=True).filter(slug=slug).first()
        if precondition:
            precondition(team)
        if team is None:
            create_team(organization=organization, slug=slug, **changes, actor=actor)
        else:
            change_team(team=team, changes=changes, actor=actor)
        return team is None


def change_team(*, team: Team, changes: dict[str, Any], actor: Actor) -> bool:
    """Change its `name` or `email`; returns whether that changed anything.

    Raises NotAdministrator, NameTaken, and TeamNotFound if it is gone.
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
    """The organization or team as it stands now. Raises OrganizationNotFound or TeamNotFound where it has gone."""
    found = rows.filter(pk=group.pk).first()
    if found is None:
        raise GONE[type(group)]
    return found


def _differences(now: Organization | Team, changes: dict[str, Any]) -> dict[str, list[Any]]:
    """Field to its value before and after, for each that would change."""
    return {field: [getattr(now, field), new] for field, new in changes.items() if getattr(now, field) != new}
