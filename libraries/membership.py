"""The verbs on who is behind a team or an organization, each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet

from libraries.directory import require_superuser
from libraries.errors import LastOwner, NameTaken, NotAdministrator, NotMember, TeamNotFound, UnknownPrincipal
from libraries.events import EventAction, record_of_organization
from libraries.keys import live_keys_of
from libraries.levels import Kind, Level
from libraries.models import (
    ADMINISTER,
    CHECK_ACCESS,
    Actor,
    ApiKey,
    Library,
    Organization,
    OrganizationUserObjectPermission,
    Share,
    Team,
    User,
)
from libraries.principals import Principal
from libraries.writes import erase_share, hand_over

Row = TypeVar("Row", bound=Model)


def administers(user: Actor, organization: Organization) -> bool:
    """Whether the user may do what R10 gives to the organization's administrators."""
    if not user.is_active or user.is_superuser:
        return user.is_active
    return _powers(user, organization).filter(permission__codename=ADMINISTER).exists()


def require_administrator(actor: Actor, organization: Organization) -> None:
    """Raises NotAdministrator for who has not R10's power over the organization."""
    if not administers(actor, organization):
        raise NotAdministrator(organization.slug)


def is_member(user: User, of: Organization | Team) -> bool:
    return user.groups.filter(pk=of.group_id).exists()


def create_organization(*, slug: str, name: str, actor: Actor, **fields: Any) -> Organization:
    """Found an organization. Raises NotSuperuser, NameTaken."""
    require_superuser(actor)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(slug=slug, name=name, **fields)
            record_of_organization(EventAction.ORGANIZATION_CREATED, organization, actor=actor)
    except IntegrityError:
        raise NameTaken("slug", slug) from None
    return organization


def add_member(*, organization: Organization, user: User, actor: Actor) -> bool:
    """Take the user in; returns whether that changed anything. Raises NotAdministrator."""
    with transaction.atomic():
        require_administrator(actor, organization)
        _lock_user(user)
        return _join(user, organization, organization, EventAction.MEMBER_ADDED, actor)


@dataclass(frozen=True)
class Departure:
    """What goes, and what stays, when a member leaves an organization (R12).

    owned_alone: libraries of it that need a successor. shares: every share of theirs on its libraries.
    powers: codenames. keys: their live API keys, which belong to the account and stay, though they open nothing of
    the organization any more.
    """

    organization: Organization
    user: User
    owned_alone: list[Library]
    shares: list[Share]
    teams: list[Team]
    powers: list[str]
    keys: list[ApiKey]

    def require_successor(self, successor: User | None) -> None:
        """Raises LastOwner where one is needed, and UnknownPrincipal for one who is not another active member."""
        if successor:
            _require_active_member(successor, self.organization, apart_from=self.user)
        elif self.owned_alone:
            raise LastOwner(self.user.username, [library.natural_id for library in self.owned_alone])


def what_leaving_takes(*, organization: Organization, user: User, actor: Actor) -> Departure:
    """What remove_member would do, for who may do it. Raises NotAdministrator, NotMember."""
    require_administrator(actor, organization)
    return _departure(organization, user)


def put_member(
    *,
    organization: Organization,
    user: User,
    administrator: bool | None = None,
    precondition: Callable[[User | None], None] | None = None,
    actor: Actor,
) -> bool:
    """Take the user in where they are not, and give or take R10's power unless `administrator` is None.

    Returns whether that changed anything. Raises NotAdministrator, and what `precondition` (called with the locked
    user, or None for one who is no member) raises.
    """
    with transaction.atomic():
        require_administrator(actor, organization)
        _lock_user(user)
        if precondition:
            precondition(user if is_member(user, organization) else None)
        changed = add_member(organization=organization, user=user, actor=actor)
        if administrator is not None:
            changed |= set_administrator(organization=organization, user=user, administrator=administrator, actor=actor)
        return changed


def remove_member(
    *,
    organization: Organization,
    user: User,
    successor: User | None = None,
    precondition: Callable[[User], None] | None = None,
    actor: Actor,
) -> Departure:
    """Let the user go, with every share and power of theirs in the organization (R12); returns what that took.

    successor: who becomes the owner of what they alone own.
    Raises NotAdministrator, NotMember, LastOwner, UnknownPrincipal for a successor who is not an active member, and
    what `precondition` (called with the locked user) raises.
    """
    with transaction.atomic():
        require_administrator(actor, organization)
        leaving_and_successor = User.objects.filter(pk__in=[user.pk, (successor or user).pk])
        shared = organization.libraries.filter(pk__in=user.shares.values("library"))
        _lock_with_principals(shared, leaving_and_successor)
        departure = _departure(organization, user)
        if precondition:
            precondition(user)
        departure.require_successor(successor)
        for library in departure.owned_alone:
            hand_over(library, Principal(Kind.USER, successor), (), actor)
        for share in departure.shares:
            erase_share(share.library, share, actor)
        _powers(user, organization).delete()
        user.groups.remove(organization.group_id, *organization.teams.values_list("group_id", flat=True))
        details = {"teams": [team.slug for team in departure.teams], "powers": departure.powers}
        record_of_organization(
            EventAction.MEMBER_REMOVED, organization, actor=actor, principal=user.username, details=details
        )
        return departure


def _departure(organization: Organization, user: User) -> Departure:
    """Raises NotMember."""
    if not is_member(user, organization):
        raise NotMember(user.username, organization.slug)
    shares = user.shares.with_principals().filter(library__organization=organization)
    teams = organization.teams.filter(group__in=user.groups.all())
    powers = _powers(user, organization).order_by("pk").values_list("permission__codename", flat=True)
    return Departure(
        organization,
        user,
        owned_alone=_owned_alone(user, organization),
        shares=list(shares.select_related("library__organization").order_by("library_id")),
        teams=list(teams.order_by("slug")),
        powers=list(powers),
        keys=list(live_keys_of(user).order_by("pk")),
    )


def set_administrator(*, organization: Organization, user: User, administrator: bool, actor: Actor) -> bool:
    """Give or take R10's power; returns whether that changed anything. Raises NotAdministrator, NotMember."""
    actions = EventAction.ADMINISTRATOR_ADDED, EventAction.ADMINISTRATOR_REMOVED
    return _set_power(ADMINISTER, actions, organization, user, administrator, actor)


def set_check_access(*, organization: Organization, user: User, allowed: bool, actor: Actor) -> bool:
    """Let a member, say a gateway's service account, ask about others' access to the organization's libraries, or not.

    Returns whether that changed anything; administrators may ask without it. Raises NotAdministrator, NotMember.
    """
    actions = EventAction.CHECK_ACCESS_GIVEN, EventAction.CHECK_ACCESS_TAKEN
    return _set_power(CHECK_ACCESS, actions, organization, user, allowed, actor)


def create_team(*, organization: Organization, slug: str, name: str, email: str = "", actor: Actor) -> Team:
    """Set up a team. Raises NotAdministrator, NameTaken."""
    require_administrator(actor, organization)
    try:
        with transaction.atomic():
            team = Team.objects.create(organization=organization, slug=slug, name=name, email=email)
            _record_of_team(EventAction.TEAM_CREATED, team, actor)
    except IntegrityError:
        slug_taken = organization.teams.filter(slug=slug).exists()
        raise (NameTaken("slug", slug) if slug_taken else NameTaken("email", email)) from None
    return team


def delete_team(*, team: Team, precondition: Callable[[Team], None] | None = None, actor: Actor) -> None:
    """Dissolve a team, with every share that it holds.

    Raises NotAdministrator, TeamNotFound if it is gone, and what `precondition` (called with the locked team)
    raises.
    """
    with transaction.atomic():
        require_administrator(actor, team.organization)
        shared = team.organization.libraries.filter(pk__in=team.shares.values("library"))
        libraries = _lock_with_principals(shared, Team.objects.filter(pk=team.pk))
        _require_team(team)
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
        require_administrator(actor, team.organization)
        _require_team(team)
        _lock_user(user)
        if not is_member(user, team.organization):
            raise NotMember(user.username, team.organization.slug)
        if precondition:
            precondition(user if is_member(user, team) else None)
        return _join(user, team, team.organization, EventAction.TEAM_MEMBER_ADDED, actor)


def remove_team_member(
    *, team: Team, user: User, precondition: Callable[[User], None] | None = None, actor: Actor
) -> None:
    """Take the user out of the team.

    Raises NotAdministrator, NotMember, and what `precondition` (called with the locked user) raises.
    """
    with transaction.atomic():
        require_administrator(actor, team.organization)
        _lock_user(user)
        if not is_member(user, team):
            raise NotMember(user.username, team.slug)
        if precondition:
            precondition(user)
        user.groups.remove(team.group_id)
        _record_of_team(EventAction.TEAM_MEMBER_REMOVED, team, actor, user)


def _require_active_member(user: User, organization: Organization, *, apart_from: User) -> None:
    members = User.objects.filter(is_active=True, groups=organization.group_id)
    if user == apart_from or not members.contains(user):
        raise UnknownPrincipal(user.username)


def _require_team(team: Team) -> None:
    """The team is there still, and locked so that it stays. Raises TeamNotFound."""
    if not Team.objects.select_for_update(no_key=True).filter(pk=team.pk).order_by("pk").values_list("pk").first():
        raise TeamNotFound


def _join(
    user: User, group: Organization | Team, organization: Organization, action: EventAction, actor: Actor
) -> bool:
    if is_member(user, group):
        return False
    user.groups.add(group.group_id)
    if isinstance(group, Team):
        _record_of_team(action, group, actor, user)
    else:
        record_of_organization(action, organization, actor=actor, principal=user.username)
    return True


def _record_of_team(action: EventAction, team: Team, actor: Actor, user: User | None = None) -> None:
    details = {"team": team.slug}
    principal = user.username if user else f"team:{team.slug}"
    record_of_organization(action, team.organization, actor=actor, principal=principal, details=details)


def _powers(user: Actor, organization: Organization) -> Any:
    return OrganizationUserObjectPermission.objects.filter(user=user.pk, content_object=organization)


def _give(codename: str, user: User, organization: Organization) -> None:
    permission = Permission.objects.get(
        codename=codename, content_type__app_label="libraries", content_type__model="organization"
    )
    OrganizationUserObjectPermission.objects.create(user=user, content_object=organization, permission=permission)


def _set_power(
    codename: str,
    actions: tuple[EventAction, EventAction],
    organization: Organization,
    user: User,
    wanted: bool,
    actor: Actor,
) -> bool:
    """Give or take one power. `actions`: what the event says of giving, and of taking."""
    with transaction.atomic():
        require_administrator(actor, organization)
        _lock_user(user)
        if not is_member(user, organization):
            raise NotMember(user.username, organization.slug)
        held = _powers(user, organization).filter(permission__codename=codename)
        if held.exists() == wanted:
            return False
        if wanted:
            _give(codename, user, organization)
        else:
            held.delete()
        record_of_organization(actions[0 if wanted else 1], organization, actor=actor, principal=user.username)
        return True


def _lock_user(user: User) -> None:
    """Who is in what changes for one user at a time. Locks are taken in one order: libraries, teams, users."""
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first()


def _lock_with_principals(shared: QuerySet[Library], principals: QuerySet[Any]) -> list[Library]:
    """Lock the libraries, then the principals that they are shared with; returns the libraries.

    While this waits for a principal, one more library may be shared with it. Then every lock is let go and taken
    anew: sharing locks the library first, so whoever locked it last could wait for the sharer, and the sharer for them.
    """
    while True:
        with transaction.atomic():
            libraries = _lock(shared)
            _lock(principals)
            if {library.pk for library in libraries}.issuperset(shared.values_list("pk", flat=True)):
                return libraries
            transaction.set_rollback(True)


def _lock(rows: QuerySet[Row]) -> list[Row]:
    """Lock the rows, always in one order, so that two who lock several never wait for each other."""
    return list(rows.order_by("pk").select_for_update(no_key=True))


def _owned_alone(user: User, organization: Organization) -> list[Library]:
    owners = Share.objects.filter(level=Level.OWNER)
    mine = organization.libraries.filter(pk__in=owners.filter(user=user).values("library"))
    return list(mine.exclude(pk__in=owners.exclude(user=user).values("library")).select_related("organization"))
