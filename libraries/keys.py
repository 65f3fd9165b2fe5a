"""API keys: `shr_`, 40 random characters, and a checksum that turns typing errors away before any query."""

from __future__ import annotations

import re
import secrets
import string
from binascii import crc32
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from libraries.errors import ExpiryRefused, InvalidText, KeyNotFound, ScopeNotHeld
from libraries.events import EventAction, record
from libraries.identifiers import is_uuid
from libraries.models import Actor, ApiKey, Scope, User
from libraries.models.keys import KEY_NAME_LENGTH
from libraries.reach import unexpired
from libraries.text import is_storable

ALPHABET = string.digits + string.ascii_letters
PREFIX = "shr_"
RANDOM_LENGTH = 40
CHECKSUM_LENGTH = 6
PATTERN = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}")
HINT_LENGTH = len(PREFIX) + 6


def create_api_key(
    *,
    user: User,
    name: str,
    scopes: Collection[Scope] = tuple(Scope),
    expires_at: datetime | None = None,
    within: ApiKey | None = None,
    actor: Actor,
) -> tuple[ApiKey, str]:
    """Make a key; returns it and the secret, which nobody can read again. The secret is never logged.

    within: the key that asks for it. The new one outgrows it in nothing, and takes its end where none is named.
    Raises InvalidText for a name that cannot be kept, ExpiryRefused for an end that has passed or is beyond that of
    `within`, ScopeNotHeld.
    """
    _refuse_name(name)
    if within:
        _refuse_scopes_beyond(within, scopes)
        expires_at = _end_within(within, expires_at)
    if expires_at and expires_at <= timezone.now():
        raise ExpiryRefused("That moment is in the past.")
    secret = _new_secret()
    with transaction.atomic():
        key = ApiKey.objects.create(
            user=user,
            name=name,
            scopes=sorted(scopes),
            expires_at=expires_at,
            hint=secret[:HINT_LENGTH],
            digest=_digest(secret),
        )
        record(EventAction.KEY_CREATED, actor=actor, principal=user.username, details={"key": name})
    return key, secret


def find_api_key(secret: str) -> ApiKey | None:
    """The live key of an active user that `secret` opens, with its user; no query for what cannot be a key."""
    if not _could_be_a_key(secret):
        return None
    live = _live_keys().filter(user__is_active=True)
    return live.select_related("user").filter(digest=_digest(secret)).first()


def live_keys_of(user: User) -> QuerySet[ApiKey]:
    """The user's keys that open anything."""
    return _live_keys().filter(user=user)


def get_key_of(user: User, identifier: str) -> ApiKey:
    """One of the user's live keys by its UUID. Raises KeyNotFound."""
    key = live_keys_of(user).filter(pk=UUID(identifier)).first() if is_uuid(identifier) else None
    if key is None:
        raise KeyNotFound
    return key


def may_revoke_key(key: ApiKey, *, within: ApiKey) -> bool:
    """Whether a caller with the key `within` may end the key: that one itself, or one that has no scope beyond it."""
    return key == within or set(key.scopes) <= set(within.scopes)


def revoke_api_key(*, key: ApiKey, within: ApiKey | None = None, actor: Actor) -> bool:
    """End a key for good; returns whether that changed anything.

    within: the key that asks for it. Raises ScopeNotHeld.
    """
    if within and key != within:
        _refuse_scopes_beyond(within, key.scopes)
    with transaction.atomic():
        revoked = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=Now())
        if revoked:
            record(EventAction.KEY_REVOKED, actor=actor, principal=key.user.username, details={"key": key.name})
        return bool(revoked)


def _live_keys() -> QuerySet[ApiKey]:
    return ApiKey.objects.filter(unexpired(), revoked_at=None)


def _refuse_scopes_beyond(within: ApiKey, scopes: Collection[str]) -> None:
    for scope in sorted(set(scopes) - set(within.scopes)):
        raise ScopeNotHeld(scope)


def _end_within(within: ApiKey, wanted: datetime | None) -> datetime | None:
    latest = within.expires_at
    if latest and wanted and wanted > latest:
        raise ExpiryRefused(f"The key that asks ends at {latest.isoformat()}: no other can last longer.", latest)
    return wanted or latest


def _refuse_name(name: str) -> None:
    if not 0 < len(name) <= KEY_NAME_LENGTH:
        raise InvalidText("name", f"A key's name has 1 to {KEY_NAME_LENGTH} characters.")
    if not is_storable(name):
        raise InvalidText("name", "The name has characters that cannot be kept: NUL, or half of a surrogate pair.")


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
