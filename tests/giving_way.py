"""Transactions that give way to another's, as PostgreSQL ends them: what was done is done no more."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name
from typing import Any

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected, Error, SerializationFailure

CAUSES = [DeadlockDetected, SerializationFailure]


def gives_way(
    monkeypatch: pytest.MonkeyPatch, where: str, times: int, cause: type[Error] = DeadlockDetected
) -> list[Any]:
    """The function does what it does, and fails for that so many times; each of its results is in the list."""
    results: list[Any] = []

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def fail(*arguments: Any, **options: Any) -> Any:
            results.append(real(*arguments, **options))
            if len(results) <= times:
                raise OperationalError("a secret") from cause("a secret")
            return results[-1]

        return fail

    monkeypatch.setattr(where, failing(resolve_name(where)))
    return results
