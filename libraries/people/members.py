"""The verbs on who is in an organization, each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from libraries.errors import OrganizationNotFound, ServiceAccountFixed
from libraries.events.record import EventAction, record_of_organization
from libraries.models import Actor, Organization, User
from libraries.people.administrators import powers_of, require_administrator, set_administrator
from libraries.people.departure import Departure, departure_of, refuse_to_part
from libraries.people.key_endings import end_keys
from libraries.people.locks import lock_user, lock_with_principals, locked
from libraries.people.queries import is_member
from libraries.principals import Principal
from libraries.rules.levels import Kind
from libraries.sharing.write import erase_share, hand_over


def add_member(*, organization: Organization, user: User, actor: Actor) -> bool:
    """Take the user in; returns whether that changed anything. Raises NotAdministrator, OrganizationNotFound."""
    with transaction.atomic():
        _lock_for(actor, organization, user)
        return _add(organization, user, actor)


def put_member(
    *,
    organization: Organization,
    user: User,
    administrator: bool | None = None,
    precondition: Callable[[User | None], None] | None = None,
    actor: Actor,
) -> bool:
    """Take the user in where they are not, and give or take R10's power unless `administrator` is None.

    Returns whether that changed anything. Raises NotAdministrator, OrganizationNotFound if the organization is gone, and
    what `precondition` (called with the locked user, or None for one who is no member) raises.
    """
    with transaction.atomic():
        _lock_for(actor, organization, user)
        if precondition:
            precondition(user if is_member(user, organization) else None)
        changed = _add(organization, user, actor)
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

    Their keys end, and those that they made for service accounts; of who removes themselves, the latter alone (R13).

    successor: who becomes the owner of what they alone own.
    Raises NotAdministrator, NotMember, ServiceAccountFixed, LastOwner, UnknownPrincipal for a successor who is not an
    active member, and what `precondition` (called with the locked user) raises.
    """
    with transaction.atomic():
        require_administrator(actor, organization)
        refuse_to_part(user)
        leaving_and_successor = User.objects.filter(pk__in=[user.pk, (successor or user).pk])
        shared = organization.libraries.filter(pk__in=user.shares.values("library"))
        lock_with_principals(shared, leaving_and_successor)
        departure = departure_of(organization, user, by_themselves=user.pk == actor.pk)
        if precondition:
            precondition(user)
        departure.require_successor(successor)
        for library in departure.owned_alone:
            hand_over(library, Principal(Kind.USER, successor), (), actor)
        for share in departure.shares:
            erase_share(share.library, share, actor)
        powers_of(user, organization).delete()
        user.groups.remove(organization.group_id, *organization.teams.values_list("group_id", flat=True))
        end_keys(departure.ending, actor=actor)
        details = {"teams": [team.slug for team in departure.teams], "powers": departure.powers}
        record_of_organization(
            EventAction.MEMBER_REMOVED, organization, actor=actor, principal=user.username, details=details
        )
        return departure


def _lock_for(actor: Actor, organization: Organization, user: User) -> None:
    """Keep the organization from being dissolved, and others from moving the user, until the transaction ends."""
    require_administrator(actor, organization)
    locked(Organization.objects.select_for_update(no_key=True), organization, gone=OrganizationNotFound())
    lock_user(user)


def _add(organization: Organization, user: User, actor: Actor) -> bool:
    if is_member(user, organization):
        return False
    if user.service_of_id:
        raise ServiceAccountFixed(user.username, "is in its own organization alone")
    user.groups.add(organization.group_id)
    record_of_organization(EventAction.MEMBER_ADDED, organization, actor=actor, principal=user.username)
    return True
