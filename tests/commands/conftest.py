from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

# What a shell can pass, and what other callers can: NUL, an undecodable byte, nothing, much, another script.
ODD_TEXTS = ["a\x00b", "\udcff", "", " ", "x" * 10_000, "日本語", "../../etc/passwd"]


@dataclass(frozen=True)
class Said:
    """What a command wrote."""

    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(world: None) -> Callable[..., Said]:
    """`run("share", "handbook", "bob", "READER")`"""

    def call(name: str, *arguments: str) -> Said:
        out, err = StringIO(), StringIO()
        call_command(name, *arguments, stdout=out, stderr=err)
        return Said(out.getvalue(), err.getvalue())

    return call


@pytest.fixture
def refusal_of(run: Callable[..., Said]) -> Callable[..., str]:
    """The sentence with which a command ends that exits with status 1; anything else it may raise is a failure."""

    def call(name: str, *arguments: str) -> str:
        with pytest.raises(CommandError) as refusal:
            run(name, *arguments)
        assert refusal.value.returncode == 1
        return str(refusal.value)

    return call
