"""The verbs on organizations themselves, each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import Q

from libraries.errors import NameTaken, OrganizationInUse, OrganizationNotFound, OutsideShares
from libraries.events.record import EventAction, differences_of, record_of_organization
from libraries.models import Actor, Library, Organization, SharingScope
from libraries.people.administrators import require_administrator, require_superuser
from libraries.people.locks import locked
from libraries.people.outside import lock_libraries, outside_shares, revoke_outside_shares
from libraries.people.service_accounts import delete_service_account
from libraries.people.teams import delete_team


class Outside(StrEnum):
    """What becomes of shares that reach outside an organization whose sharing scope is narrowed (R8)."""

    KEEP = "keep"
    REVOKE = "revoke"


def create_organization(*, slug: str, name: str, actor: Actor, **fields: str) -> Organization:
    """Found an organization. Raises NotSuperuser, NameTaken."""
    require_superuser(actor)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(slug=slug, name=name, **fields)
            record_of_organization(EventAction.ORGANIZATION_CREATED, organization, actor=actor)
    except IntegrityError:
        raise NameTaken("slug", slug) from None
    return organization


def change_organization(
    *,
    organization: Organization,
    changes: Mapping[str, str],
    outside: Outside | None = None,
    precondition: Callable[[Organization], None] | None = None,
    actor: Actor,
) -> bool:
    """Change its `name` or `sharing_scope` (R8); returns whether that changed anything.

    outside: what becomes of shares that reach outside it where the scope ends up as `organization`. KEEP: they stay,
    and go on counting. REVOKE: all of them are taken away, those too that were kept before.
    Raises NotAdministrator, OrganizationNotFound if it is gone, what `precondition` (called with the locked
    organization) raises, OutsideShares where the scope is narrowed, such shares are there and `outside` is None, and
    OutsideOwners where they cannot be taken away.
    """
    with transaction.atomic():
        now = _locked_to_change(organization, changes, outside)
        require_administrator(actor, organization)
        if precondition:
            precondition(now)
        changed = differences_of(now, changes)
        reaching, left = _settle_outside(now, outside, actor) if _concerns_outside(now, changes, outside) else (0, 0)
        if changed:
            details = {**changed, "outsideShares": [reaching, left]} if reaching else changed
            Organization.objects.filter(pk=now.pk).update(**changes)
            record_of_organization(EventAction.ORGANIZATION_CHANGED, now, actor=actor, details=details)
        return bool(changed or reaching != left)


def _concerns_outside(now: Organization, changes: Mapping[str, str], outside: Outside | None) -> bool:
    """Whether the scope is narrowed, or is narrow and what reaches outside is to be taken away."""
    narrow = SharingScope.ORGANIZATION
    return changes.get("sharing_scope", now.sharing_scope) == narrow and (
        now.sharing_scope != narrow or outside == Outside.REVOKE
    )


def _settle_outside(now: Organization, outside: Outside | None, actor: Actor) -> tuple[int, int]:
    """How many shares reached outside, and how many still do. The organization and its libraries must be locked."""
    if outside == Outside.REVOKE:
        return revoke_outside_shares(now, actor), 0
    reaching = outside_shares(now).count()
    if reaching and outside is None:
        raise OutsideShares(now.slug, reaching)
    return reaching, reaching


def _locked_to_change(organization: Organization, changes: Mapping[str, str], outside: Outside | None) -> Organization:
    """The organization as it stands now, locked; with all of its libraries, where that concerns what reaches outside.

    Whoever shares locks the library first, and reads the scope then: so a share is there to be counted, or is judged by
    the new scope. Libraries come before organizations in the order of locks. Nobody makes a library while this lock is
    held; if one was made before that, every lock is let go and taken anew.
    """
    while True:
        concerned = _concerns_outside(_as_it_stands(organization), changes, outside)
        with transaction.atomic():
            number = lock_libraries(organization) if concerned else 0
            rows = Organization.objects.select_for_update(no_key=not concerned)
            now = locked(rows, organization, gone=OrganizationNotFound())
            if number == organization.libraries.count() if concerned else not _concerns_outside(now, changes, outside):
                return now
            transaction.set_rollback(True)


def _as_it_stands(organization: Organization) -> Organization:
    return locked(Organization.objects.all(), organization, gone=OrganizationNotFound())


def delete_organization(*, organization: Organization, actor: Actor) -> None:
    """Dissolve an organization with its teams and its service accounts.

    Raises NotSuperuser, OrganizationInUse, LastOwner for a service account that alone owns a library elsewhere, and OrganizationNotFound if it is gone.
    """
    require_superuser(actor)
    with transaction.atomic():
        organization = locked(Organization.objects.select_for_update(), organization, gone=OrganizationNotFound())
        if libraries := libraries_of(organization):
            raise OrganizationInUse(organization.slug, libraries)
        for team in organization.teams.select_related("organization"):
            delete_team(team=team, actor=actor)
        for account in organization.service_accounts.order_by("pk"):
            delete_service_account(account=account, actor=actor)
        record_of_organization(EventAction.ORGANIZATION_DELETED, organization, actor=actor)
        organization.delete()


def libraries_of(organization: Organization) -> list[str]:
    """The libraries that keep an organization from being deleted: its own, and those shared with it."""
    in_use = Library.objects.filter(Q(organization=organization) | Q(pk__in=organization.shares.values("library")))
    return list(in_use.order_by("natural_id").values_list("natural_id", flat=True))
