"""What is done to a server: asked by many clients at once, and asked while others send half of what they announced."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter

HOST = "127.0.0.1"
CLIENTS = 16
REQUESTS = 4_000
WARM_UP = 800
HELD = 90
PROBES = 5
PATIENCE = 1.0
"""Seconds for a probe to be answered in."""

ASK = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
HALF_A_HEAD = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Ty"
HALF_A_BODY = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n" + b'{"a": '
)


@dataclass(frozen=True)
class Load:
    per_second: float
    p99_ms: float


def load(port: int) -> Load:
    """Ask it by 16 clients, each on a connection that it keeps."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        _ask_by_all(clients, port, WARM_UP)
        start = perf_counter()
        times = _ask_by_all(clients, port, REQUESTS)
        return Load(len(times) / (perf_counter() - start), quantiles(times, n=100)[98] * 1000)


def _ask_by_all(clients: ThreadPoolExecutor, port: int, requests: int) -> list[float]:
    rounds = clients.map(lambda _: _ask_often(port, requests // CLIENTS), range(CLIENTS))
    return [seconds for times in rounds for seconds in times]


def _ask_often(port: int, requests: int) -> list[float]:
    times, connection = [], None
    for _ in range(requests):
        start = perf_counter()
        # Not every server keeps connections.
        connection = connection or _connected(port)
        if not _answered(connection):
            connection.close()
            connection = None
        times.append(perf_counter() - start)
    if connection:
        connection.close()
    return times


def _answered(connection: socket.socket) -> bool:
    """Read one answer to its end; returns whether the connection is still good."""
    connection.sendall(ASK)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _received(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"it answered {head.splitlines()[0]!r}")
    headers = dict(line.lower().split(b": ", 1) for line in head.splitlines()[1:])
    while len(body) < int(headers[b"content-length"]):
        body += _received(connection)
    return headers.get(b"connection") != b"close"


def _received(connection: socket.socket) -> bytes:
    received = connection.recv(65536)
    if not received:
        raise ConnectionError("it hung up in the middle of an answer")
    return received


def answered_while_held(port: int, half: bytes) -> int:
    """How many of 5 probes are answered in time while 90 others have sent no more than `half`."""
    with _holding(port, half):
        return sum(is_answering(port) for _ in range(PROBES))


@contextmanager
def _holding(port: int, half: bytes) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(HELD):
            stack.enter_context(_connected(port)).sendall(half)
        yield


def is_answering(port: int) -> bool:
    """Whether one question is answered in time."""
    try:
        with _connected(port) as connection:
            _answered(connection)
    except OSError:
        return False
    return True


def _connected(port: int) -> socket.socket:
    connection = socket.create_connection((HOST, port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection
