"""The server as it is started, on a database with the demo world that the test may do bad things to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.servers import ROOT, Server, running

SECRET_KEY = "x" * 50
EVALUATION = "/access/v1/evaluation"


@dataclass(frozen=True)
class Database:
    """`url`, and the keys of the cast in it."""

    url: str
    keys: dict[str, str]

    def agrees(self, done: Collection[str] = ()) -> set[str]:
        """It agrees with itself, and each of these requests is recorded once. Raises AssertionError.

        Returns the requests that are recorded.
        """
        told = json.loads(_run(self.url, "-m", "tests.faults.agreement"))
        assert told["disagreements"] == {"grants": [], "events": [], "shares": [], "counts": []}
        assert {request: told["requests"].get(request) for request in done} == dict.fromkeys(done, 1)
        assert [request for request, number in told["requests"].items() if number > 1] == []
        assert _run(self.url, "manage.py", "verify_grants") == "No discrepancies found.\n"
        return set(told["requests"])


@dataclass(frozen=True)
class Service:
    server: Server
    database: Database

    def share(
        self, principal: str, level: int, request_id: str = "", library: str = "handbook"
    ) -> tuple[int, HTTPMessage]:
        """alice's PUT, which always changes something: the status, and the answer's headers."""
        body = json.dumps({"accessLevel": level, "note": str(uuid4())})
        headers = {"Authorization": f"Bearer {self.database.keys['alice']}", "Content_Type": "application/json"}
        if request_id:
            headers["X_Request_ID"] = request_id
        path = f"/api/libraries/{library}/shares/{principal}"
        status, _, answered = self.server.ask_for_all("PUT", path, body, **headers)
        return status, answered

    def may_read(self, library: str = "handbook") -> tuple[int, Any, HTTPMessage]:
        """alice asks whether she may: the status, the decision or what is said instead, and the headers."""
        headers = {"Authorization": f"Bearer {self.database.keys['alice']}", "Content_Type": "application/json"}
        asked = {
            "subject": {"type": "user", "id": "alice"},
            "action": {"name": "read"},
            "resource": {"type": "library", "id": library},
        }
        status, body, answered = self.server.ask_for_all("POST", EVALUATION, json.dumps(asked), **headers)
        told = json.loads(body)
        return status, told["decision"] if isinstance(told, dict) else told, answered


def prepared(url: str) -> Database:
    """The demo world in an empty database."""
    _run(url, "manage.py", "migrate", "--verbosity=0")
    world = json.loads(_run(url, "manage.py", "seed_demo", "--json"))
    return Database(url, {name: user["api_key"] for name, user in world["users"].items()})


@contextmanager
def serving(folder: Path, database: Database, **variables: str) -> Iterator[Service]:
    """As many processes and threads as by default, and as patient."""
    usual = {"WEB_WORKERS": "2", "WEB_THREADS": "8", "DATABASE_POOL_TIMEOUT": "1", "LOG_LEVEL": "WARNING"}
    with running(folder, **{"DATABASE_URL": database.url, **usual, **variables}) as server:
        yield Service(server, database)


def _run(url: str, *arguments: str) -> str:
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
