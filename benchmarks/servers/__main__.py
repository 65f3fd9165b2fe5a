"""Start each server on the floor with two processes, drive it, stop it, and print a table."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from benchmarks.measure import print_table
from benchmarks.servers import drive

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".venv" / "servers"
"""Where the servers are that the product does not use."""

FLOOR = "benchmarks.servers.floor"
SETTINGS = "benchmarks.servers.floor_settings"
GUNICORN = f"gunicorn {FLOOR} --bind 127.0.0.1:{{port}} --no-control-socket --log-level error"
GRANIAN = f"granian --host 127.0.0.1 --port {{port}} --workers 2 --log-level error {FLOOR}"
SERVERS = {
    "granian, 2 × 8 threads, as here": f"{GRANIAN}:in_threads --interface asginl",
    "granian, WSGI, 2 × 8 threads": f"{GRANIAN}:application --interface wsgi --blocking-threads 8",
    "granian, WSGI, 2 × 1 thread": f"{GRANIAN}:application --interface wsgi --blocking-threads 1",
    "gunicorn gthread, 2 × 8 threads": f"{GUNICORN} --worker-class gthread --workers 2 --threads 8 --keep-alive 5",
    "gunicorn sync, 2": f"{GUNICORN} --worker-class sync --workers 2",
    "waitress, 1 × 8 threads": f"waitress --listen 127.0.0.1:{{port}} --threads 8 {FLOOR}:application",
    "uvicorn, ASGI, 2": f"uvicorn {FLOOR}:asgi --host 127.0.0.1 --port {{port}} --workers 2 --log-level error",
}
HALVES = (drive.HALF_A_HEAD, drive.HALF_A_BODY)
ROUNDS = 2
START_WITHIN = 30.0
NULL = subprocess.DEVNULL


def main() -> None:
    """Every server in turn, and all of them again, so that a moment's noise meets no server alone."""
    sys.path.append(str(INSTALLED))
    rows: dict[str, list[drive.Load]] = {}
    for name, command in list(SERVERS.items()) * ROUNDS:
        if importlib.util.find_spec(command.split()[0]) is None:
            print(f"{name}: not installed, left out", file=sys.stderr)
            continue
        with _running(command) as port:
            rows.setdefault(name, []).append(drive.load(port))
    held = {name: [_answered_while_held(SERVERS[name], half) for half in HALVES] for name in rows}
    header = ("server", "a second", "p99, ms", "answered, heads held", "answered, bodies held")
    print_table(header, (_row(name, rows[name], held[name]) for name in rows))


def _row(name: str, loads: list[drive.Load], held: list[str]) -> tuple[str, ...]:
    rates = "; ".join(f"{load.per_second:,.0f}" for load in loads)
    return name, rates, "; ".join(f"{load.p99_ms:.0f}" for load in loads), *held


def _answered_while_held(command: str, half: bytes) -> str:
    with _running(command) as port:
        return f"{drive.answered_while_held(port, half)} of {drive.PROBES}"


@contextmanager
def _running(command: str) -> Iterator[int]:
    """The server in a process of its own, at a free port, gone at the end."""
    with socket.socket() as free:
        free.bind((drive.HOST, 0))
        port = free.getsockname()[1]
    path = os.pathsep.join(map(str, (ROOT, INSTALLED)))
    variables = {**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": SETTINGS}
    words = command.format(port=port).split()
    process = subprocess.Popen(
        [sys.executable, "-m", *words], cwd=ROOT, env=variables, stdout=NULL, stderr=NULL, start_new_session=True
    )
    try:
        _wait_for(process, port)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    end = monotonic() + START_WITHIN
    while not drive.is_answering(port):
        if process.poll() is not None or monotonic() > end:
            raise RuntimeError(f"{process.args} does not answer")
        sleep(0.1)


if __name__ == "__main__":
    main()
