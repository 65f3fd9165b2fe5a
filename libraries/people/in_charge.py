"""Somebody in charge (R14): an organization with members has an active administrator, the service an active superuser.

Whoever makes a change that could end that asks here first, under locks that two such changes cannot hold at once:
for an organization its own row, for the service the rows of all active superusers (`libraries.people.locks`).
"""

from __future__ import annotations

from django.db.models import QuerySet

from libraries.errors import LastAdministrator, LastSuperuser
from libraries.models import Organization, OrganizationUserObjectPermission, User


def people_in(organization: Organization) -> QuerySet[User]:
    """Its members, inactive ones too, without its service accounts (R13)."""
    return User.objects.filter(groups=organization.group_id, service_of=None)


def refuse_to_demote(user: User, organization: Organization) -> None:
    """Before a member loses R10's power, or the account its own. Raises LastAdministrator."""
    if _is_alone_in_charge(user, organization):
        raise LastAdministrator(user.username, organization.slug)


def would_leave_nobody_in_charge(user: User, organization: Organization) -> bool:
    """Whether other members would be left without an administrator if the user were no member any more."""
    return _is_alone_in_charge(user, organization) and people_in(organization).exclude(pk=user.pk).exists()


def refuse_to_deactivate(user: User) -> None:
    """Before an account becomes inactive: its memberships stay. Raises LastAdministrator, LastSuperuser."""
    for organization in Organization.objects.filter(group__in=user.groups.all()).order_by("slug"):
        refuse_to_demote(user, organization)
    refuse_to_lose_superuser(user)


def refuse_to_lose_superuser(user: User) -> None:
    """Before the account is no active superuser any more, if it is one. Raises LastSuperuser."""
    in_charge = User.objects.filter(is_superuser=True, is_active=True)
    if _is_alone(user, in_charge):
        raise LastSuperuser(user.username)


def _is_alone_in_charge(user: User, organization: Organization) -> bool:
    powers = OrganizationUserObjectPermission.objects.to_administer().filter(content_object=organization)
    return _is_alone(user, people_in(organization).filter(is_active=True, pk__in=powers.values("user")))


def _is_alone(user: User, in_charge: QuerySet[User]) -> bool:
    """Whether these are the user and nobody else; where there was nobody before, nothing gets worse."""
    return list(in_charge.order_by().values_list("pk", flat=True)[:2]) == [user.pk]
