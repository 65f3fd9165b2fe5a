"""A Redis of the test's own, in a process that ends with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

REQUIRED = "REDIS_REQUIRED"
PATIENCE = 60


@dataclass(frozen=True)
class Redis:
    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


@contextmanager
def running_redis(folder: Path) -> Iterator[Redis]:
    """Skips the test where there is none, unless one is required."""
    program = shutil.which("redis-server")
    if program is None and REQUIRED not in os.environ:
        pytest.skip("redis-server is not installed")
    assert program, "redis-server is not installed"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    said = subprocess.DEVNULL
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    redis = Redis(subprocess.Popen([program, *options], stdout=said, stderr=said), port)
    try:
        _wait_for(redis)
        yield redis
    finally:
        redis.stop()


def _wait_for(redis: Redis) -> None:
    while True:
        try:
            return socket.create_connection(("127.0.0.1", redis.port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            with suppress(subprocess.TimeoutExpired):
                redis.process.wait(0.05)
                raise AssertionError("redis-server has ended") from None
