"""Passwords hashed by Argon2, few at once: each takes memory and a processor, and anybody can ask for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2
"""In each process. Who comes on top of that is not kept waiting, since they would wait on a thread."""

_places = BoundedSemaphore(AT_ONCE)


class HashingBusy(Exception):
    """As many passwords as may be are being hashed already."""


class BoundedArgon2(Argon2PasswordHasher):
    """With OWASP's parameters for Argon2id: 19 MiB and one thread each. Raises HashingBusy."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _place():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _place():
            return super().verify(password, encoded)


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise HashingBusy
    try:
        yield
    finally:
        _places.release()
