"""Who runs things: superusers the service, administrators their organization (R10), and who else may ask there."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Exists, Q

from libraries.errors import NotAdministrator, NotMember, NotSuperuser, ServiceAccountFixed
from libraries.events.record import EventAction, record_of_organization
from libraries.models import (
    ADMINISTER,
    CHECK_ACCESS,
    Actor,
    Operator,
    Organization,
    OrganizationUserObjectPermission,
    User,
)
from libraries.models.organizations import PowerQuerySet
from libraries.people.in_charge import refuse_to_demote
from libraries.people.locks import lock_organization, lock_user
from libraries.people.queries import is_member


def require_superuser(actor: Actor) -> None:
    """For what concerns the whole service, as things stand by now. Raises NotSuperuser."""
    if isinstance(actor, Operator):
        return
    now = User.objects.filter(pk=actor.pk, is_superuser=True, is_active=True)
    if not (actor.is_active and actor.is_superuser and now.exists()):
        raise NotSuperuser


def administers(user: Actor, organization: Organization) -> bool:
    """Whether the user may do what R10 gives to the organization's administrators."""
    if not user.is_active or user.is_superuser:
        return user.is_active
    return powers_of(user, organization).to_administer().exists()


def powers_of(user: Actor, organization: Organization) -> PowerQuerySet:
    """What the user may do to the organization itself."""
    return OrganizationUserObjectPermission.objects.filter(user=user.pk, content_object=organization)


def require_administrator(actor: Actor, organization: Organization) -> None:
    """Raises NotAdministrator for who has not R10's power over the organization, as things stand by now.

    Under the organization's lock, so that whoever was demoted or deactivated meanwhile changes nothing any more (R14).
    """
    if isinstance(actor, Operator):
        return
    powers = powers_of(actor, organization).to_administer()
    now = User.objects.filter(Q(is_superuser=True) | Exists(powers), pk=actor.pk, is_active=True)
    if not (actor.is_active and now.exists()):
        raise NotAdministrator(organization.slug)


def set_administrator(*, organization: Organization, user: User, administrator: bool, actor: Actor) -> bool:
    """Give or take R10's power; returns whether that changed anything.

    Raises NotAdministrator, NotMember, LastAdministrator, and OrganizationNotFound if it is gone.
    """
    return _set_power(ADMINISTER, organization, user, administrator, actor)


def set_check_access(*, organization: Organization, user: User, allowed: bool, actor: Actor) -> bool:
    """Let a member, say a gateway's service account, ask about others' access to the organization's libraries, or not.

    Returns whether that changed anything; administrators may ask without it. Raises NotAdministrator, NotMember, and
    OrganizationNotFound if it is gone.
    """
    return _set_power(CHECK_ACCESS, organization, user, allowed, actor)


def _set_power(codename: str, organization: Organization, user: User, wanted: bool, actor: Actor) -> bool:
    with transaction.atomic():
        lock_organization(organization)
        lock_user(user)
        require_administrator(actor, organization)
        return change_power(codename, organization, user, wanted, actor)


ACTIONS = {
    ADMINISTER: (EventAction.ADMINISTRATOR_ADDED, EventAction.ADMINISTRATOR_REMOVED),
    CHECK_ACCESS: (EventAction.CHECK_ACCESS_GIVEN, EventAction.CHECK_ACCESS_TAKEN),
}
"""What the event says of giving a power, and of taking it."""


def change_power(codename: str, organization: Organization, user: User, wanted: bool, actor: Actor) -> bool:
    """Give or take one power, for a verb that holds the locks and has asked whether the actor may.

    Returns whether that changed anything. Raises NotMember, ServiceAccountFixed, LastAdministrator.
    """
    if not is_member(user, organization):
        raise NotMember(user.username, organization.slug)
    held = powers_of(user, organization).to(codename)
    if held.exists() == wanted:
        return False
    if wanted:
        if codename == ADMINISTER and user.service_of_id:
            raise ServiceAccountFixed(user.username, "administers nothing")
        _give(codename, user, organization)
    else:
        if codename == ADMINISTER:
            refuse_to_demote(user, organization)
        held.delete()
    given, taken = ACTIONS[codename]
    record_of_organization(given if wanted else taken, organization, actor=actor, principal=user.username)
    return True


def _give(codename: str, user: User, organization: Organization) -> None:
    permission = Permission.objects.get(
        codename=codename, content_type__app_label="libraries", content_type__model="organization"
    )
    OrganizationUserObjectPermission.objects.create(user=user, content_object=organization, permission=permission)
