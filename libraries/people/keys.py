"""API keys: `shr_`, 40 random characters, and a checksum that turns typing errors away before any query."""

from __future__ import annotations

import re
import secrets
import string
from binascii import crc32
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from libraries.db.prepared import Prepared
from libraries.db.text import is_storable
from libraries.errors import (
    ExpiryRefused,
    InvalidText,
    KeyNotFound,
    KeyOfAnother,
    ScopeNotHeld,
    ServiceAccountNotFound,
    UnknownPrincipal,
)
from libraries.events.record import EventAction
from libraries.identifiers import is_uuid
from libraries.models import Actor, ApiKey, Organization, Scope, User
from libraries.models.keys import KEY_NAME_LENGTH
from libraries.people.key_endings import end_keys, record_of_key
from libraries.people.locks import lock_users
from libraries.rules.conditions import unexpired

ALPHABET = string.digits + string.ascii_letters
PREFIX = "shr_"
RANDOM_LENGTH = 40
CHECKSUM_LENGTH = 6
PATTERN = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}")
HINT_LENGTH = len(PREFIX) + 6
USE_NOTED_EVERY = timedelta(hours=1)


def create_api_key(
    *,
    user: User,
    name: str,
    scopes: Collection[Scope] = tuple(Scope),
    expires_at: datetime | None = None,
    asking_key: ApiKey | None = None,
    actor: Actor,
) -> tuple[ApiKey, str]:
    """Make a key, which knows who made it (R13); returns it and the secret, which nobody can read again or finds logged.

    asking_key: the key that asks for it. The new one outgrows it in nothing, takes its end where none is named, and
    ends with it. None where a person asks without one.
    Raises KeyOfAnother, InvalidText for a name that cannot be kept, ExpiryRefused for an end that has passed or is
    beyond that of `asking_key`, ScopeNotHeld, and ServiceAccountNotFound or UnknownPrincipal if the user is gone.
    """
    _refuse_name(name)
    if asking_key:
        _require_to_manage(asking_key)
        _refuse_scopes_beyond(asking_key, scopes)
        expires_at = _end_within(asking_key, expires_at)
    if expires_at and expires_at <= timezone.now():
        raise ExpiryRefused("The expiry date is in the past.")
    secret = _new_secret()
    with transaction.atomic():
        _lock_for(actor, user)
        key = ApiKey.objects.create(
            user=user,
            name=name,
            scopes=sorted(scopes),
            expires_at=expires_at,
            hint=secret[:HINT_LENGTH],
            digest=_digest(secret),
            made_by=actor if isinstance(actor, User) else None,
            made_by_key=asking_key,
        )
        record_of_key(EventAction.KEY_CREATED, key, actor=actor)
    return key, secret


def find_api_key(secret: str) -> ApiKey | None:
    """The live key of an active user that `secret` opens, with its user; no query for what cannot be a key.

    That it was used is written down, at most once in USE_NOTED_EVERY, so that nearly every look-up stays one query.
    """
    if not _could_be_a_key(secret):
        return None
    for key in _prepared_look_up().run({_DIGEST: _digest(secret)}):
        _note_use(key)
        return key
    return None


_DIGEST = "digest"


@cache
def _prepared_look_up() -> Prepared[ApiKey]:
    live = _live_keys().filter(user__is_active=True, digest=_DIGEST)
    return Prepared(live.select_related("user").order_by())


def _note_use(key: ApiKey) -> None:
    noted_before = timezone.now() - USE_NOTED_EVERY
    if key.last_used_at is None or key.last_used_at < noted_before:
        # Of several at once one writes: the others find the condition false.
        due = Q(last_used_at=None) | Q(last_used_at__lt=noted_before)
        ApiKey.objects.filter(due, pk=key.pk).update(last_used_at=Now())


def live_keys_of(user: User) -> QuerySet[ApiKey]:
    """The user's keys that open anything, each with its maker."""
    return _live_keys().filter(user=user).select_related("made_by")


def get_key_of(user: User, identifier: str) -> ApiKey:
    """One of the user's live keys by its UUID. Raises KeyNotFound."""
    key = live_keys_of(user).filter(pk=UUID(identifier)).first() if is_uuid(identifier) else None
    if key is None:
        raise KeyNotFound
    return key


def may_manage_keys(asking_key: ApiKey) -> bool:
    """Whether a caller with the key makes keys, sees them, and ends others than that key itself."""
    return Scope.KEY_MANAGE in asking_key.scopes


def may_revoke_key(key: ApiKey, *, asking_key: ApiKey) -> bool:
    """Whether a caller with the key `asking_key` may end the key: that one itself, or as a manager one within its scopes."""
    return key == asking_key or (may_manage_keys(asking_key) and set(key.scopes) <= set(asking_key.scopes))


def revoke_api_key(*, key: ApiKey, asking_key: ApiKey | None = None, actor: Actor) -> list[ApiKey]:
    """End a key for good, and with it every key that was made with it (R13); returns those that this ended, it first.

    asking_key: the key that asks for it. Raises KeyOfAnother, ScopeNotHeld, and ServiceAccountNotFound or
    UnknownPrincipal if its user is gone.
    """
    if asking_key and key != asking_key:
        _require_to_manage(asking_key)
        _refuse_scopes_beyond(asking_key, key.scopes)
    with transaction.atomic():
        _lock_for(actor, key.user)  # and so that two of their keys that end each other never wait for each other
        return end_keys([key], actor=actor)


def service_accounts_of(administrator: Actor) -> QuerySet[User]:
    """The service accounts of the organizations that they administer, whose keys they make and revoke (R13)."""
    mine = Organization.objects.administered_by(administrator).values("pk")
    return User.objects.filter(service_of__in=mine)


def _lock_for(actor: Actor, user: User) -> None:
    """Keep both from being let go, or less than they are, until the transaction ends: who was let go finds every key.

    Raises KeyOfAnother.
    """
    if user.pk not in lock_users(user, actor):
        raise ServiceAccountNotFound(user.service_name) if user.service_of_id else UnknownPrincipal(user.username)
    _require_power_over_keys_of(user, actor)


def _require_power_over_keys_of(user: User, actor: Actor) -> None:
    if actor.is_active and (actor.is_superuser or user.pk == actor.pk):
        return
    if not service_accounts_of(actor).filter(pk=user.pk).exists():
        raise KeyOfAnother(user.username)


def _live_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(unexpired(), revoked_at=None)


def _require_to_manage(asking_key: ApiKey) -> None:
    if not may_manage_keys(asking_key):
        raise ScopeNotHeld(Scope.KEY_MANAGE)


def _refuse_scopes_beyond(asking_key: ApiKey, scopes: Collection[str]) -> None:
    for scope in sorted(set(scopes) - set(asking_key.scopes)):
        raise ScopeNotHeld(scope)


def _end_within(asking_key: ApiKey, wanted: datetime | None) -> datetime | None:
    latest = asking_key.expires_at
    if latest and wanted and wanted > latest:
        raise ExpiryRefused(f"This key expires at {latest.isoformat()}: a key made with it cannot last longer.", latest)
    return wanted or latest


def _refuse_name(name: str) -> None:
    if not 0 < len(name) <= KEY_NAME_LENGTH:
        raise InvalidText("name", f"A key's name must have 1 to {KEY_NAME_LENGTH} characters.")
    if not is_storable(name):
        raise InvalidText(
            "name", "The name contains characters that cannot be stored: NUL, or half of a surrogate pair."
        )


def _new_secret() -> str:
    random = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return PREFIX + random + _checksum(random)


def _could_be_a_key(secret: str) -> bool:
    return (
        PATTERN.fullmatch(secret) is not None
        and _checksum(secret[len(PREFIX) : -CHECKSUM_LENGTH]) == secret[-CHECKSUM_LENGTH:]
    )


def _checksum(text: str) -> str:
    number, characters = crc32(text.encode()), []
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[digit])
    return "".join(reversed(characters))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
