"""Texts that only the credential opens which they were sealed with: AES-256-GCM, by a key that HKDF makes of it.

The database has but a hash of a credential, so whoever reads the table reads none of them; and what was changed there,
the words about a text included, opens no more.
"""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = b"sharing: an answer kept for its Idempotency-Key"


class Unopenable(Exception):
    """The text was sealed with something else, for something else, or has been changed."""


def sealed(text: bytes, *, credential: str, salt: bytes, about: bytes) -> bytes:
    """The text, sealed. about: what is not secret, and must be the same when the text is opened."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _cipher(credential, salt).encrypt(nonce, text, about)


def opened(text: bytes, *, credential: str, salt: bytes, about: bytes) -> bytes:
    """What `sealed` was given. Raises Unopenable."""
    nonce, rest = text[:NONCE_BYTES], text[NONCE_BYTES:]
    if len(nonce) < NONCE_BYTES:
        raise Unopenable
    try:
        return _cipher(credential, salt).decrypt(nonce, rest, about)
    except InvalidTag as error:
        raise Unopenable from error


def _cipher(credential: str, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt, PURPOSE).derive(credential.encode()))
