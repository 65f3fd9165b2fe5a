"""The web server as it is started: in a process of its own, on an SQLite file of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60
"""Seconds after which a test gives up waiting."""


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    def connected(self) -> socket.socket:
        """A connection, as soon as somebody listens."""
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            except ConnectionRefusedError:
                # It is starting, and may use the processor meanwhile; unless it has ended.
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.05)
                    raise AssertionError(self.log()) from None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """The status and the body of the answer. A body that is an iterator is sent in chunks."""
        return self.ask_for_all(method, path, body, **headers)[:2]

    def ask_for_all(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """The same, with the answer's headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.sock = self.connected()
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            connection.close()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; returns its exit status."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def lines(self, logger: str) -> list[dict[str, Any]]:
        """What a logger has said so far."""
        return [line for line in map(json.loads, self.log().splitlines()) if line["logger"] == logger]


@contextmanager
def running(folder: Path, **variables: str) -> Iterator[Server]:
    """A server of one process with two places, whose database and log are in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'served.sqlite3'}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "LOG_LEVEL": "INFO",  # whatever has set another for itself: the benchmarks do
        "SECRET_KEY": "x" * 50,
        "WEB_WORKERS": "1",
        "WEB_THREADS": "2",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "sharing_project.server"],
            cwd=ROOT,
            env={**os.environ, **settings, **variables},
            stdout=log,
            stderr=log,
        )
    server = Server(process, port, folder)
    try:
        server.connected().close()
        yield server
    finally:
        if process.poll() is None:
            server.stop()
