"""An administrator who is made none while a change of theirs waits for its locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from libraries.models import OrganizationUserObjectPermission, User

LOCKS = ("locked", "lock_organization", "lock_user", "lock_users", "lock_with_principals")


@contextmanager
def losing_power(user: User, module: Any) -> Iterator[list[Callable[..., Any]]]:
    """Inside, the user loses every power whenever a verb of the module waits for a lock; yields the locks waited for."""
    waits: list[Callable[..., Any]] = []

    def after_a_wait(lock: Callable[..., Any]) -> Callable[..., Any]:
        def wait(*rows: Any, **options: Any) -> Any:
            OrganizationUserObjectPermission.objects.filter(user=user).delete()
            waits.append(lock)
            return lock(*rows, **options)

        return wait

    with pytest.MonkeyPatch.context() as patch:
        for lock in LOCKS:
            if hasattr(module, lock):
                patch.setattr(module, lock, after_a_wait(getattr(module, lock)))
        yield waits
