from __future__ import annotations

from collections.abc import Callable

import pytest

from libraries.models import Event

Change = tuple[str, str, int | None, int | None]


@pytest.fixture
def new_events(world: None) -> Callable[[], list[Change]]:
    """What was recorded since the test began, oldest first: action, principal, level before, level after."""
    old = set(Event.objects.values_list("pk", flat=True))

    def read() -> list[Change]:
        events = Event.objects.exclude(pk__in=old).order_by("pk")
        return list(events.values_list("action", "principal", "from_level", "to_level"))

    return read
