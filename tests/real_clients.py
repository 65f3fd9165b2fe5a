"""Vendors' own clients, each in an environment of its own, driven over a pipe.

An environment NAME is installed by the Makefile from requirements/clients/NAME.txt into .venv/clients/NAME. A driver is
a small script that runs there: it reads one JSON line per call and answers each with one line.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class ClientError(Exception):
    """What the vendor's client raised: `kind` is its class name, `status` the HTTP status that it tells."""

    def __init__(self, kind: str, status: int | None, message: str) -> None:
        super().__init__(f"{kind} {status}: {message}")
        self.kind = kind
        self.status = status
        self.message = message


class RealClient:
    """One vendor's client in its own process. Use it as a context manager."""

    def __init__(self, environment: str, driver: Path, **settings: Any) -> None:
        python = ROOT / ".venv" / "clients" / environment / "bin" / "python"
        if not python.exists():
            raise FileNotFoundError(f"{python}: run `make install-clients`")
        self.process = subprocess.Popen(
            [str(python), str(driver), json.dumps(settings)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> RealClient:
        return self

    def __exit__(self, *exception: object) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()

    def call(self, operation: str, **arguments: Any) -> Any:
        """The client's answer as JSON; raises ClientError with what the client raised."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"operation": operation, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("The driver ended; its error output says why.")
        answer = json.loads(line)
        if "error" in answer:
            raise ClientError(**answer["error"])
        return answer["result"]
