"""A PostgreSQL of the test's own, which it may stop, start and fill up. Its files are gone when the test ends."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest

from tests.servers import ROOT

NAME = "sharing"
# What is acknowledged survives a crash of the server, though not one of the machine.
CHEAP = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@dataclass(frozen=True)
class Cluster:
    programs: Path
    folder: Path
    port: int
    password: str
    options: dict[str, str]

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}:{self.password}@127.0.0.1:{self.port}/{NAME}"

    def connected(self, **options: Any) -> psycopg.Connection:
        return psycopg.connect(self.url, **options)

    def start(self) -> None:
        """Returns as soon as it takes connections."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
        }
        options = " ".join(f"-c {name}={value}" for name, value in {**settings, **CHEAP, **self.options}.items())
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", self.folder / "log", "--options", options)

    def stop(self, mode: str = "fast") -> None:
        """`fast` ends what is under way, `immediate` leaves it as a crash would."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", mode)

    def create(self) -> None:
        (self.folder / "password").write_text(self.password)
        files = ("--username", NAME, "--pwfile", self.folder / "password")
        self._run("initdb", *files, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()
        with psycopg.connect(self.url.removesuffix(NAME) + "postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {NAME}")

    def _run(self, program: str, *arguments: object) -> None:
        """As another user where this is root, whom PostgreSQL refuses."""
        command = [str(self.programs / program), "--pgdata", str(self.folder / "data"), *map(str, arguments)]
        user: Any = {"user": _server_user(), "group": _server_user(), "extra_groups": []} if os.geteuid() == 0 else {}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        nobody: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.run(command, check=True, cwd=self.folder, env=environment, **nobody, **user)


@contextmanager
def running_cluster(**options: str) -> Iterator[Cluster]:
    """With further settings of the server. Skips the test where its programs are not installed."""
    found = subprocess.run([ROOT / ".ci/with-postgres", "--find"], capture_output=True, text=True)
    if found.returncode:
        pytest.skip("PostgreSQL's server programs are not installed")
    folder = Path(mkdtemp(prefix="sharing-faults-", dir="/tmp"))  # a socket's path is short
    if os.geteuid() == 0:
        shutil.chown(folder, _server_user(), _server_user())
    cluster = Cluster(Path(found.stdout.strip()), folder, _free_port(), secrets.token_hex(16), options)
    try:
        cluster.create()
        yield cluster
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> str:
    return "postgres"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
