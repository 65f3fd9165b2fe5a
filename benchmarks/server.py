"""The service's own web server, started as `make run` starts it, and clients that ask it over loopback."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, perf_counter, sleep

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
CLIENTS = 16
TIMEOUT = 30.0
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)

Request = Callable[[int], bytes]
"""The bytes of request number so many."""


def command() -> list[str]:
    """What the Makefile executes to serve."""
    [line] = set(re.findall(r"exec \$\(BIN\)/(.+)", (ROOT / "Makefile").read_text()))
    program, *arguments = shlex.split(line)
    return [str(Path(sys.executable).parent / program), *arguments]


@contextmanager
def running(settings: str) -> Iterator[int]:
    """A server by these settings while it lasts; its port."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "HOST": HOST, "PORT": str(port), "DJANGO_SETTINGS_MODULE": settings}
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command(), cwd=ROOT, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        _wait_for(port, server)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(TIMEOUT)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = monotonic() + TIMEOUT
    while monotonic() < end and server.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            sleep(0.1)
    raise RuntimeError("The server did not start: " + shlex.join(command()))


def request(method: str, path: str, key: str = "", body: bytes = b"") -> bytes:
    """An HTTP request whose connection stays open."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", "Accept: */*"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Client:
    """One connection, which asks one thing after the other. Little of the time measured is its own."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((HOST, port), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sent: bytes) -> None:
        """Raises RuntimeError for any answer but a 200 that says how long it is."""
        self._socket.sendall(sent)
        answer = self._more(b"")
        while b"\r\n\r\n" not in answer:
            answer = self._more(answer)
        head, body = answer.split(b"\r\n\r\n", 1)
        length = LENGTH.search(head)
        if not (length and head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201"))):
            raise RuntimeError(f"An answer that was not expected: {answer[:500]!r}")
        missing = int(length[1]) - len(body)
        while missing > 0:
            missing -= len(self._more(b""))

    def _more(self, before: bytes) -> bytes:
        more = self._socket.recv(65536)
        if not more:
            raise RuntimeError("The server hung up.")
        return before + more

    def close(self) -> None:
        self._socket.close()


@dataclass
class Bursts:
    """What CLIENTS clients at once saw of a server: milliseconds of each answer, and answers a second of each burst."""

    port: int
    request: Request
    times: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    _number: Iterator[int] = field(default_factory=count)

    def run(self, number: int, *, counts: bool = True) -> None:
        """So many requests, shared among the clients."""
        clients = [Client(self.port) for _ in range(CLIENTS)]
        sent = [[self.request(next(self._number)) for _ in range(number // CLIENTS)] for _ in clients]
        start = perf_counter()
        with ThreadPoolExecutor(CLIENTS) as threads:
            times = [each for some in threads.map(_ask_all, clients, sent) for each in some]
        took = perf_counter() - start
        for client in clients:
            client.close()
        if counts:
            self.times += times
            self.rates.append(len(times) / took)


def _ask_all(client: Client, requests: list[bytes]) -> list[float]:
    times = []
    for each in requests:
        start = perf_counter()
        client.ask(each)
        times.append((perf_counter() - start) * 1000)
    return times
