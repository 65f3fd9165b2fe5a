"""Whoever sends half a call, is ended, and sends the rest, changes nothing: on the server as it is started."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from libraries.models import Scope
from tests.servers import ROOT, Server, running
from tests.writes import SHARE_WITH_CAROL, Write, with_id_of_carol

SHARE = "/api/libraries/handbook/shares/carol"
CALLS: dict[str, Write] = {
    "hal": ("PUT", SHARE, {"accessLevel": 1}),
    **SHARE_WITH_CAROL,
    "authzen": (
        "POST",
        "/access/v1/evaluation",
        {
            "subject": {"type": "user", "id": "carol"},
            "action": {"name": "read"},
            "resource": {"type": "library", "id": "handbook"},
        },
    ),
}


@dataclass(frozen=True)
class Service:
    """A server with the demo world, and a key of a superuser's."""

    server: Server
    world: Any
    key: str

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content_Type": "application/json"}
        status, answer = self.server.ask(method, path, body and json.dumps(body), **headers)
        return status, json.loads(answer) if answer else None

    def new_key(self) -> tuple[str, str]:
        """A key and its address."""
        _, made = self.ask("POST", "/api/keys", {"name": "slow", "scopes": sorted(Scope)})
        return made["key"], made["_links"]["self"]["href"]

    def set(self, column: str, value: bool) -> None:
        """A column of the superuser's account."""
        with closing(sqlite3.connect(self.server.folder / "served.sqlite3", timeout=60)) as database, database:
            database.execute(f"UPDATE libraries_user SET {column} = ? WHERE username = 'admin'", [value])

    def send_slowly(self, name: str, key: str, *, chunked: bool, meanwhile: Callable[[], Any]) -> int:
        """The status of the dialect's call, of which all but the first byte comes after what happens meanwhile."""
        method, path, wanted = CALLS[name]
        body = json.dumps(with_id_of_carol(wanted, self.world["users"]["carol"]["id"])).encode()
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        head += f"Content-Type: application/json\r\n{length}\r\nConnection: close\r\n\r\n"
        first, rest = (b"1\r\n%b\r\n", b"%x\r\n%b\r\n0\r\n\r\n") if chunked else (b"%b", b"")
        with self.server.connected() as slow:
            slow.sendall(head.encode() + first % body[:1])
            assert self.server.ask("GET", "/healthz")[0] == 200
            meanwhile()
            slow.sendall(rest % (len(body) - 1, body[1:]) if chunked else body[1:])
            answer = HTTPResponse(slow)
            answer.begin()
            return answer.status

    def is_shared(self) -> bool:
        return self.ask("GET", SHARE)[0] == 200


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'served.sqlite3'}", "SECRET_KEY": "x" * 50}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("slow")
    run(folder, "migrate", "--verbosity=0")
    world = json.loads(run(folder, "seed_demo", "--json"))
    key = run(folder, "create_api_key", "admin", *(f"--scope={scope}" for scope in Scope)).strip()
    with running(folder) as server:
        yield Service(server, world, key)


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("name", CALLS)
def test_what_ends_meanwhile_writes_nothing(service: Service, name: str, chunked: bool) -> None:
    """Revoked, deactivated, demoted to somebody who does not see the library; and then nothing, which works."""
    key, address = service.new_key()
    assert service.send_slowly(name, key, chunked=chunked, meanwhile=lambda: service.ask("DELETE", address)) == 401
    assert not service.is_shared()

    key, address = service.new_key()
    for column, status in (("is_active", 401), ("is_superuser", 403 if name == "authzen" else 404)):
        less = lambda column=column: service.set(column, False)  # noqa: E731
        try:
            assert service.send_slowly(name, key, chunked=chunked, meanwhile=less) == status
        finally:
            service.set(column, True)
        assert not service.is_shared()

    assert service.send_slowly(name, key, chunked=chunked, meanwhile=lambda: None) in (200, 201)
    assert service.is_shared() == (name != "authzen")
    service.ask("DELETE", SHARE)
    service.ask("DELETE", address)
