"""Who runs things: superusers the service, administrators their organization (R10), and who else may ask there."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db import transaction

from libraries.errors import NotAdministrator, NotMember, NotSuperuser, ServiceAccountFixed
from libraries.events.record import EventAction, record_of_organization
from libraries.models import ADMINISTER, CHECK_ACCESS, Actor, Organization, OrganizationUserObjectPermission, User
from libraries.models.organizations import PowerQuerySet
from libraries.people.locks import lock_user
from libraries.people.queries import is_member


def require_superuser(actor: Actor) -> None:
    """For what concerns the whole service. Raises NotSuperuser."""
    if not (actor.is_active and actor.is_superuser):
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
    """Raises NotAdministrator for who has not R10's power over the organization."""
    if not administers(actor, organization):
        raise NotAdministrator(organization.slug)


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
        if wanted and codename == ADMINISTER and user.service_of_id:
            raise ServiceAccountFixed(user.username, "administers nothing")
        lock_user(user)
        if not is_member(user, organization):
            raise NotMember(user.username, organization.slug)
        held = powers_of(user, organization).to(codename)
        if held.exists() == wanted:
            return False
        if wanted:
            _give(codename, user, organization)
        else:
            held.delete()
        record_of_organization(actions[0 if wanted else 1], organization, actor=actor, principal=user.username)
        return True


def _give(codename: str, user: User, organization: Organization) -> None:
    permission = Permission.objects.get(
        codename=codename, content_type__app_label="libraries", content_type__model="organization"
    )
    OrganizationUserObjectPermission.objects.create(user=user, content_object=organization, permission=permission)
