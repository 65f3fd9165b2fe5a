"""The verbs on who is in an organization, each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from libraries.errors import ConsentNeeded, NotSuperuser, ServiceAccountFixed, UnknownUser
from libraries.events.record import EventAction, record_of_organization
from libraries.models import ADMINISTER, Actor, Organization, User
from libraries.people.administrators import change_power, powers_of, require_administrator, require_superuser
from libraries.people.departure import Departure, departure_of, refuse_to_part, require_right_to_remove
from libraries.people.in_charge import people_in
from libraries.people.key_endings import end_keys
from libraries.people.locks import lock_organization, lock_user, lock_with_principals
from libraries.people.queries import is_member
from libraries.principals import Principal
from libraries.rules.levels import Kind
from libraries.sharing.write import erase_share, hand_over


def add_member(*, organization: Organization, user: User, actor: Actor) -> bool:
    """Take the user in, which a superuser alone may (R15); returns whether that changed anything.

    The first member becomes an administrator (R14).
    Raises NotAdministrator, ConsentNeeded, OrganizationNotFound, and UnknownUser for an inactive one who would be first.
    """
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

    Returns whether that changed anything. Raises what add_member does, LastAdministrator (R14), and what `precondition`
    (called with the locked user, or None for one who is no member) raises.
    """
    with transaction.atomic():
        _lock_for(actor, organization, user)
        if precondition:
            precondition(user if is_member(user, organization) else None)
        changed = _add(organization, user, actor)
        if administrator is not None:
            changed |= change_power(ADMINISTER, organization, user, administrator, actor)
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

    actor: an administrator, or the user, since anyone may leave (R15).
    successor: who becomes the owner of what they alone own.
    Raises NotAdministrator, NotMember, ServiceAccountFixed, LastOwner, LastAdministrator (R14), UnknownPrincipal for a
    successor who is not an active member, and what `precondition` (called with the locked user) raises.
    """
    with transaction.atomic():
        _lock_to_remove(organization, user, successor or user)
        require_right_to_remove(organization, user, actor)
        refuse_to_part(user)
        departure = departure_of(organization, user, by_themselves=user.pk == actor.pk)
        if precondition:
            precondition(user)
        departure.require_successor(successor)
        departure.require_somebody_in_charge()
        for library in departure.owned_alone:
            hand_over(library, Principal(Kind.USER, successor), (), actor)
        for share in departure.shares:
            erase_share(share.library, share, actor)
        powers_of(user, organization).delete()
        user.groups.remove(organization.group_id, *organization.teams.values_list("group_id", flat=True))
        end_keys(departure.ending, actor=actor)
        User.objects.filter(pk=user.pk, default_organization=organization).update(default_organization=None)
        details = {"teams": [team.slug for team in departure.teams], "powers": departure.powers}
        record_of_organization(
            EventAction.MEMBER_REMOVED, organization, actor=actor, principal=user.username, details=details
        )
        return departure


def _lock_for(actor: Actor, organization: Organization, user: User) -> None:
    """Keep the organization from being dissolved, and others from moving the user, until the transaction ends."""
    lock_organization(organization)
    lock_user(user)
    require_administrator(actor, organization)


def _lock_to_remove(organization: Organization, *leaving_and_successor: User) -> None:
    leaver = leaving_and_successor[0]
    lock_with_principals(
        organization.libraries.filter(pk__in=leaver.shares.values("library")),
        Organization.objects.filter(pk=organization.pk),
        User.objects.filter(pk__in=[user.pk for user in leaving_and_successor]),
    )


def _add(organization: Organization, user: User, actor: Actor) -> bool:
    if is_member(user, organization):
        return False
    _require_consent(organization, actor)
    if user.service_of_id:
        raise ServiceAccountFixed(user.username, "is in its own organization alone")
    is_first = not people_in(organization).exists()
    if is_first and not User.objects.filter(pk=user.pk, is_active=True).exists():
        raise UnknownUser(user.username)
    user.groups.add(organization.group_id)
    record_of_organization(EventAction.MEMBER_ADDED, organization, actor=actor, principal=user.username)
    if is_first:
        change_power(ADMINISTER, organization, user, True, actor)
    return True


def _require_consent(organization: Organization, actor: Actor) -> None:
    """A superuser's hand stands for it (R15)."""
    try:
        require_superuser(actor)
    except NotSuperuser:
        raise ConsentNeeded(organization.slug) from None
