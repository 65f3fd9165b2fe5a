"""Service accounts (R13): the questions about them, and the verbs, each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from libraries.db.text import is_storable
from libraries.errors import (
    InvalidText,
    LastOwner,
    NameTaken,
    ServiceAccountFixed,
    ServiceAccountNotFound,
)
from libraries.events.record import EventAction, differences_of, record_of_organization
from libraries.identifiers import SERVICE_NAME_LENGTH, is_service_name
from libraries.models import Actor, ApiKey, Library, Organization, Share, User
from libraries.people.administrators import require_administrator
from libraries.people.departure import what_goes
from libraries.people.locks import lock_organization, lock_with_principals, locked
from libraries.principals import Principal
from libraries.rules.levels import Kind, Level
from libraries.sharing.write import erase_share, hand_over

DISPLAY_NAME_LENGTH = 150
ELSEWHERE = "a library of another organization"


def service_accounts_in(organization: Organization) -> QuerySet[User]:
    """The organization's service accounts. Each says in `last_used_at` when one of its keys was used last."""
    return with_last_use(User.objects.filter(service_of=organization).select_related("service_of"))


def with_last_use(accounts: QuerySet[User]) -> QuerySet[User]:
    """The accounts, each with `last_used_at`."""
    uses = ApiKey.objects.filter(user=OuterRef("pk")).order_by().values("user")
    return accounts.annotate(last_used_at=Subquery(uses.annotate(last=Max("last_used_at")).values("last")))


def find_service_accounts(organization: Organization, text: str) -> QuerySet[User]:
    """Those of `service_accounts_in` that have the text in their name there, or in their display name."""
    behind_the_dot = Substr("username", len(username_of(organization, "")) + 1)
    named = service_accounts_in(organization).annotate(called=behind_the_dot)
    return named.filter(Q(called__icontains=text) | Q(first_name__icontains=text)) if text else named


def get_service_account(organization: Organization, name: str) -> User:
    """One of `service_accounts_in`, by its name there. Raises ServiceAccountNotFound."""
    username = username_of(organization, name)
    account = service_accounts_in(organization).filter(username=username).first() if is_service_name(name) else None
    if account is None:
        raise ServiceAccountNotFound(name)
    return account


def username_of(organization: Organization, name: str) -> str:
    """What the service account `robot` of acme is called everywhere: `acme.robot`."""
    return f"{organization.slug}.{name}"


def create_service_account(*, organization: Organization, name: str, display_name: str = "", actor: Actor) -> User:
    """Make a service account, a member of its organization without a password.

    Raises NotAdministrator, OrganizationNotFound, InvalidText for a name that will not do, NameTaken.
    """
    _refuse_name(name)
    changes = _columns({"display_name": display_name or name})
    account = User(username=username_of(organization, name), service_of=organization, **changes)
    account.set_unusable_password()
    try:
        with transaction.atomic():
            lock_organization(organization)
            require_administrator(actor, organization)
            account.save(force_insert=True)
            account.groups.add(organization.group_id)
            _record(EventAction.SERVICE_ACCOUNT_CREATED, account, actor)
    except IntegrityError:
        raise NameTaken("name", name) from None
    return account


def change_service_account(
    *,
    account: User,
    changes: Mapping[str, object],
    precondition: Callable[[User], None] | None = None,
    actor: Actor,
) -> bool:
    """Change its `display_name` or whether it is `active`; returns whether that changed anything.

    Disabled, it may do nothing, and its keys open nothing until it is enabled again.
    Raises NotAdministrator, InvalidText, ServiceAccountNotFound if it is gone, and what `precondition` (called with the
    locked account) raises.
    """
    columns = _columns(changes)
    with transaction.atomic():
        now = _locked(account, actor)
        if precondition:
            precondition(now)
        changed = differences_of(now, columns)
        if changed:
            User.objects.filter(pk=now.pk).update(**columns)
            _record(EventAction.SERVICE_ACCOUNT_CHANGED, account, actor, changed)
        return bool(changed)


def delete_service_account(
    *,
    account: User,
    successor: User | None = None,
    precondition: Callable[[User], None] | None = None,
    actor: Actor,
) -> None:
    """Delete a service account, with its keys, every share of its own, its teams and powers (R13).

    successor: the member who becomes the owner of what it alone owns.
    Raises NotAdministrator, LastOwner, UnknownPrincipal for a successor who is not an active member,
    ServiceAccountNotFound if it is gone, and what `precondition` (called with the locked account) raises.
    """
    organization = organization_of(account)
    with transaction.atomic():
        shared = Library.objects.filter(pk__in=account.shares.values("library"))
        lock_with_principals(shared, User.objects.filter(pk__in=[account.pk, (successor or account).pk]))
        now = _locked(account, actor)
        if precondition:
            precondition(now)
        departure = what_goes(organization, now)
        departure.require_successor(successor)
        _refuse_to_leave_ownerless(now, organization)
        for library in departure.owned_alone:
            hand_over(library, Principal(Kind.USER, successor), (), actor)
        for share in now.shares.with_principals().select_related("library__organization").order_by("library_id"):
            erase_share(share.library, share, actor)
        _record(EventAction.SERVICE_ACCOUNT_DELETED, account, actor)
        now.delete()


def organization_of(account: User) -> Organization:
    """Whose service account it is. Raises ServiceAccountNotFound for a person."""
    if account.service_of is None:
        raise ServiceAccountNotFound(account.username)
    return account.service_of


def refuse_service_account(user: User, how: str) -> None:
    """For what is done to people alone. Raises ServiceAccountFixed. how: what a service account is instead."""
    if user.service_of_id:
        raise ServiceAccountFixed(user.username, how)


def _locked(account: User, actor: Actor) -> User:
    """The account as it stands, for an administrator of its organization."""
    gone = ServiceAccountNotFound(account.service_name)
    now = locked(User.objects.select_for_update(no_key=True), account, gone=gone)
    require_administrator(actor, organization_of(account))
    return now


def _refuse_to_leave_ownerless(account: User, organization: Organization) -> None:
    """Of a library elsewhere no member here can take over; nor is its name for the administrators here."""
    owners = Share.objects.filter(level=Level.OWNER).exclude(library__organization=organization)
    owned = owners.filter(user=account).values("library")
    if owners.filter(library__in=owned).exclude(user=account).values("library").distinct().count() < owned.count():
        raise LastOwner(account.username, [ELSEWHERE])


def _columns(changes: Mapping[str, object]) -> dict[str, object]:
    columns: dict[str, object] = {}
    if "display_name" in changes:
        columns["first_name"] = _display_name(str(changes["display_name"]))
    if "active" in changes:
        columns["is_active"] = changes["active"]
    return columns


def _display_name(text: str) -> str:
    if not 0 < len(text) <= DISPLAY_NAME_LENGTH:
        raise InvalidText("display_name", f"A display name must have 1 to {DISPLAY_NAME_LENGTH} characters.")
    if not is_storable(text):
        raise InvalidText("display_name", "The name contains characters that cannot be stored.")
    return text


def _refuse_name(name: str) -> None:
    if not is_service_name(name):
        raise InvalidText(
            "name",
            f"A service account's name must be 1 to {SERVICE_NAME_LENGTH} letters a to z, digits and hyphens, with no "
            "hyphen first or last.",
        )


def _record(action: EventAction, account: User, actor: Actor, details: Mapping[str, object] | None = None) -> None:
    organization = organization_of(account)
    record_of_organization(action, organization, actor=actor, principal=account.username, details=details or {})
