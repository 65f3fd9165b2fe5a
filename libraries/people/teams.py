"""The verbs on teams and who is in them, each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import IntegrityError, transaction

from libraries.errors import NameTaken, NotMember, OrganizationNotFound, TeamNotFound
from libraries.events.record import EventAction, differences_of, record_of_organization
from libraries.models import Actor, Organization, Team, User
from libraries.people.administrators import require_administrator
from libraries.people.locks import lock_user, lock_with_principals, locked
from libraries.people.queries import is_member
from libraries.sharing.write import erase_share


def create_team(*, organization: Organization, slug: str, name: str, email: str = "", actor: Actor) -> Team:
    """Set up a team. Raises NotAdministrator, NameTaken."""
    try:
        with transaction.atomic():
            require_administrator(actor, organization)
            team = Team.objects.create(organization=organization, slug=slug, name=name, email=email)
            _record_of_team(EventAction.TEAM_CREATED, team, actor)
    except IntegrityError:
        slug_taken = organization.teams.filter(slug=slug).exists()
        raise (NameTaken("slug", slug) if slug_taken else NameTaken("email", email)) from None
    return team


def put_team(
    *,
    organization: Organization,
    slug: str,
    changes: Mapping[str, str],
    precondition: Callable[[Team | None], None] | None = None,
    actor: Actor,
) -> bool:
    """Make the team of that slug, or change its `name` and `email`; returns whether it is new.

    Raises NotAdministrator, NameTaken, OrganizationNotFound if the organization is gone, and what `precondition` (called
    with the team, or None where there is none yet) raises.
    """
    with transaction.atomic():
        locked(
            Organization.objects.select_for_update(no_key=True), organization, gone=OrganizationNotFound()
        )  # so that two make one team
        require_administrator(actor, organization)
        team = organization.teams.select_for_update(no_key=True).filter(slug=slug).first()
        if precondition:
            precondition(team)
        if team is None:
            create_team(organization=organization, slug=slug, **changes, actor=actor)
        else:
            change_team(team=team, changes=changes, actor=actor)
        return team is None


def change_team(*, team: Team, changes: Mapping[str, str], actor: Actor) -> bool:
    """Change its `name` or `email`; returns whether that changed anything.

    Raises NotAdministrator, NameTaken, and TeamNotFound if it is gone.
    """
    try:
        with transaction.atomic():
            now = locked(Team.objects.select_for_update(no_key=True), team, gone=TeamNotFound())
            require_administrator(actor, team.organization)
            changed = differences_of(now, changes)
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


def delete_team(*, team: Team, precondition: Callable[[Team], None] | None = None, actor: Actor) -> None:
    """Dissolve a team, with every share that it holds.

    Raises NotAdministrator, TeamNotFound if it is gone, and what `precondition` (called with the locked team)
    raises.
    """
    with transaction.atomic():
        shared = team.organization.libraries.filter(pk__in=team.shares.values("library"))
        libraries = lock_with_principals(shared, Team.objects.filter(pk=team.pk))
        _lock_team(team)
        require_administrator(actor, team.organization)
        if precondition:
            precondition(team)
        for library in libraries:
            for share in library.shares.with_principals().filter(team=team):
                erase_share(library, share, actor)
        _record_of_team(EventAction.TEAM_DELETED, team, actor)
        team.delete()


def add_team_member(
    *, team: Team, user: User, precondition: Callable[[User | None], None] | None = None, actor: Actor
) -> bool:
    """Take a member of the organization into the team; returns whether that changed anything.

    Raises NotAdministrator, NotMember, TeamNotFound if the team is gone, and what `precondition` (called with the
    locked user, or None for one who is not in the team) raises.
    """
    with transaction.atomic():
        _lock_team(team)
        lock_user(user)
        require_administrator(actor, team.organization)
        if not is_member(user, team.organization):
            raise NotMember(user.username, team.organization.slug)
        if precondition:
            precondition(user if is_member(user, team) else None)
        if is_member(user, team):
            return False
        user.groups.add(team.group_id)
        _record_of_team(EventAction.TEAM_MEMBER_ADDED, team, actor, user)
        return True


def remove_team_member(
    *, team: Team, user: User, precondition: Callable[[User], None] | None = None, actor: Actor
) -> None:
    """Take the user out of the team.

    Raises NotAdministrator, NotMember, and what `precondition` (called with the locked user) raises.
    """
    with transaction.atomic():
        lock_user(user)
        require_administrator(actor, team.organization)
        if not is_member(user, team):
            raise NotMember(user.username, team.slug)
        if precondition:
            precondition(user)
        user.groups.remove(team.group_id)
        _record_of_team(EventAction.TEAM_MEMBER_REMOVED, team, actor, user)


def _lock_team(team: Team) -> None:
    """Raises TeamNotFound where it is gone."""
    locked(Team.objects.select_for_update(no_key=True), team, gone=TeamNotFound())


def _record_of_team(action: EventAction, team: Team, actor: Actor, user: User | None = None) -> None:
    details = {"team": team.slug}
    principal = user.username if user else f"team:{team.slug}"
    record_of_organization(action, team.organization, actor=actor, principal=principal, details=details)
