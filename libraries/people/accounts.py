"""The verbs on accounts, for superusers: create, change, delete. Each in one transaction with its event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from libraries.errors import AccountInUse, InvalidText, NameTaken, UnknownPrincipal
from libraries.events.record import EventAction, differences_of, record
from libraries.models import Actor, Library, Organization, User
from libraries.people.administrators import require_superuser
from libraries.people.in_charge import refuse_to_deactivate, refuse_to_lose_superuser
from libraries.people.key_endings import end_keys, keys_ending_with
from libraries.people.locks import lock_powers_of, locked
from libraries.people.members import remove_member
from libraries.people.service_accounts import refuse_service_account


def create_account(*, username: str, password: str | None = None, actor: Actor, **fields: Any) -> User:
    """Open an account; without a password nobody signs in to it, though its keys work.

    fields: further columns of User. Raises NotSuperuser, InvalidText, NameTaken.
    """
    with _refusing_taken_names({"username": username, **fields}), transaction.atomic():
        require_superuser(actor)
        require_username(username)
        user = User.objects.create_user(username, password=password, **fields)
        record(EventAction.USER_CREATED, actor=actor, principal=user.username)
        return user


def change_account(*, user: User, changes: Mapping[str, object], actor: Actor) -> bool:
    """Change columns of an account, `is_active` among them; returns whether that changed anything.

    Deactivating a person ends their keys, and those that they made for service accounts (R13).
    Raises NotSuperuser, InvalidText for a new name that none can have, NameTaken, LastAdministrator and LastSuperuser
    (R14), ServiceAccountFixed, and UnknownPrincipal if it is gone.
    """
    with _refusing_taken_names(changes), transaction.atomic():
        if not (changes.get("is_active", True) and changes.get("is_superuser", True)):
            lock_powers_of(User.objects.filter(pk=user.pk))
        now = locked(User.objects.select_for_update(no_key=True), user, gone=_gone(user))
        require_superuser(actor)
        refuse_service_account(now, "is changed among the service accounts of its organization")
        changed = differences_of(now, changes)
        if "username" in changed:
            require_username(str(changes["username"]))
        if changed:
            _refuse_to_end_power(now, changes)
            record(EventAction.USER_CHANGED, actor=actor, principal=now.username, details=changed)
            if now.is_active and changed.get("is_active"):
                end_keys(keys_ending_with(now), actor=actor)
            User.objects.filter(pk=now.pk).update(**changes)
        return bool(changed)


def delete_account(*, user: User, actor: Actor) -> None:
    """Delete an account that has no share, with its keys and memberships; those that it made for programs end (R13).

    Raises NotSuperuser, AccountInUse, LastAdministrator and LastSuperuser (R14), ServiceAccountFixed, and
    UnknownPrincipal if it is gone.
    """
    with transaction.atomic():
        lock_powers_of(User.objects.filter(pk=user.pk))
        require_superuser(actor)
        refuse_service_account(user, "is deleted among the service accounts of its organization")
        user = locked(User.objects.select_for_update(), user, gone=_gone(user))
        if libraries := libraries_of(user):
            raise AccountInUse(user.username, libraries)
        refuse_to_lose_superuser(user)
        end_keys(keys_ending_with(user), actor=actor)
        for organization in Organization.objects.filter(group__in=user.groups.all()):
            remove_member(organization=organization, user=user, actor=actor)
        record(EventAction.USER_DELETED, actor=actor, principal=user.username)
        user.delete()


def _refuse_to_end_power(now: User, changes: Mapping[str, object]) -> None:
    """now: the account before the changes. Raises LastAdministrator, LastSuperuser."""
    if not changes.get("is_active", True):
        refuse_to_deactivate(now)
    elif not changes.get("is_superuser", True):
        refuse_to_lose_superuser(now)


def libraries_of(user: User) -> list[str]:
    """The libraries that keep an account from being deleted: those on which it has a share."""
    held = Library.objects.filter(pk__in=user.shares.values("library"))
    return list(held.order_by("natural_id").values_list("natural_id", flat=True))


@contextmanager
def recording_password(user: User, *, actor: Actor) -> Iterator[None]:
    """Record that the password changed inside, if it did, without telling it: Django's own pages change it silently."""
    password = User.objects.filter(pk=user.pk).values_list("password", flat=True)
    with transaction.atomic():
        before = password.first()
        yield
        if password.first() != before:
            record(EventAction.USER_CHANGED, actor=actor, principal=user.username, details={"password": [None, None]})


def require_username(name: str) -> None:
    """For every way of naming an account anew. Raises InvalidText for what none can be called."""
    try:
        User._meta.get_field("username").run_validators(name)
    except ValidationError as error:
        raise InvalidText("username", " ".join(error.messages)) from None


def _gone(user: User) -> UnknownPrincipal:
    return UnknownPrincipal(user.username, f"There is no account “{user.username}” any more.")


@contextmanager
def _refusing_taken_names(wanted: Mapping[str, object]) -> Iterator[None]:
    """What only the database's own constraints find out, when two ask for one name at the same moment."""
    try:
        yield
    except IntegrityError:
        field = "username" if User.objects.filter(username=wanted.get("username")).exists() else "email"
        raise NameTaken(field, str(wanted.get(field, ""))) from None
