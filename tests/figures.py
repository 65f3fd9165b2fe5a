"""Figures that tests measure: `make prove` prints each, and docs/assurance.md tells what they must be."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

ROUNDS = int(os.environ.get("PROOF_ROUNDS", 5))
"""How often each race is run."""
SECONDS = float(os.environ.get("PROOF_SECONDS", 0))
"""How long load lasts; nothing is loaded without."""
Figure = Callable[..., None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """`figure("0 of 1,000 wrong")`, or `figure("503 at p99", "0.10 s")`, has it printed when all tests are over."""
    return lambda *said: record_property("figure", ": ".join(said))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Only where a proof was asked for, since a few rounds prove nothing."""
    if "PROOF_ROUNDS" not in os.environ:
        return
    for report in [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]:
        for name, said in report.user_properties:
            if name == "figure" and report.when == "call":
                terminalreporter.write_line(f"{report.nodeid.split('::', 1)[1]}: {said}")
