"""The questions about organizations and teams, and who is in them. Those of others do not exist to anybody."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Value

from libraries.db.text import is_storable
from libraries.errors import (
    ConsentNeeded,
    NotAdministrator,
    NotMember,
    OrganizationNotFound,
    TeamNotFound,
    UnknownPrincipal,
    UnknownUser,
)
from libraries.models import Organization, OrganizationUserObjectPermission, Team, User
from libraries.models.libraries import administered_by


def visible_organizations(user: User) -> QuerySet[Organization]:
    """Which may they see? Those that the user is in or administers (R10), each saying so in `administered`."""
    if not user.is_active:
        return Organization.objects.none()
    if user.is_superuser:
        return Organization.objects.annotate(administered=Value(True, BooleanField()))  # type: ignore[no-redef]
    known = Organization.objects.annotate(administered=administered_by(user, "pk"))  # type: ignore[no-redef]
    return known.filter(Q(group__in=_groups(user)) | Q(administered=True))


def get_organization_for(user: User, slug: str, *, to_administer: bool = False) -> Organization:
    """The door to an organization: with `administered`, in one query.

    Raises OrganizationNotFound for one of others as for none, NotAdministrator where that is what it takes (R10).
    """
    organization = visible_organizations(user).filter(slug=slug).first() if is_storable(slug) else None
    if organization is None:
        raise OrganizationNotFound
    if to_administer and not organization.administered:
        raise NotAdministrator(slug)
    return organization


def visible_teams(user: User, organization: Organization) -> QuerySet[Team]:
    """Which teams of it may they see? Administrators all, others those that they are in.

    organization: from `get_organization_for`, for the same user.
    """
    teams = organization.teams.select_related("organization")
    return teams if organization.administered else teams.filter(group__in=_groups(user))


def get_team_for(user: User, organization: Organization, slug: str) -> Team:
    """The door to a team of the organization, which is from `get_organization_for`. Raises TeamNotFound."""
    team = visible_teams(user, organization).filter(slug=slug).first() if is_storable(slug) else None
    if team is None:
        raise TeamNotFound
    team.organization = organization
    return team


def is_member(user: User, of: Organization | Team) -> bool:
    """Whether the user is in it."""
    return user.groups.filter(pk=of.group_id).exists()


def members_of(group: Organization | Team) -> QuerySet[User]:
    """Who is in it? Inactive accounts too. Each says in `administers` whether they administer the organization."""
    organization = group.organization_id if isinstance(group, Team) else group.pk
    powers = OrganizationUserObjectPermission.objects.to_administer().filter(
        content_object=organization, user=OuterRef("pk")
    )
    return User.objects.filter(groups=group.group_id).annotate(administers=Exists(powers))


def get_member(group: Organization | Team, username: str) -> User:
    """One of `members_of`. Raises NotMember, the same for an account that is not in it and for none."""
    member = members_of(group).filter(username=username).first() if is_storable(username) else None
    if member is None:
        raise NotMember(username, group.slug)
    return member


def no_successor(username: str) -> UnknownPrincipal:
    """The refusal of who cannot take over: the same for an account that is no active member and for none."""
    return UnknownPrincipal(username, f"“{username}” cannot take over: name another active member.")


def get_successor(organization: Organization, username: str) -> User:
    """The member who shall take over. Raises UnknownPrincipal as members.remove_member does."""
    try:
        return get_member(organization, username)
    except NotMember:
        raise no_successor(username) from None


def get_member_or_newcomer(organization: Organization, username: str, *, actor: User) -> User:
    """Who is in the organization or, for a superuser, can be: any active account (R15).

    Raises ConsentNeeded for another actor, whoever is named, and UnknownUser, the same for an account that is inactive,
    for a service account elsewhere (R13) and for none.
    """
    try:
        return get_member(organization, username)
    except NotMember:
        if not actor.is_superuser:
            raise ConsentNeeded(organization.slug) from None
    people = User.objects.filter(is_active=True, service_of=None)
    newcomer = people.filter(username=username).first() if is_storable(username) else None
    if newcomer is None:
        raise UnknownUser(username)
    return newcomer


def get_newcomer_to_team(team: Team, username: str) -> User:
    """A member of the team's organization. Raises UnknownUser, the same for an account that is no member and for none."""
    try:
        return get_member(team.organization, username)
    except NotMember:
        raise UnknownUser(username) from None


def _groups(user: User) -> QuerySet[Any]:
    return User.groups.through.objects.filter(user=user.pk).values("group")
