"""How long a proof by many examples takes: a moment in `make test`, minutes in `make prove`."""

from __future__ import annotations

import hypothesis

QUICK = "quick"
"""The profile of `make test` (see tests/conftest.py)."""


def rounds(*, quick: int, proving: int) -> int:
    """How many examples to try. `make prove` finds what Hypothesis gives by itself; mark anything else with `prove`."""
    return proving if is_proving() else quick


def is_proving() -> bool:
    return hypothesis.settings.get_current_profile_name() != QUICK
