"""Vendors' own clients, each in an environment of its own, driven over a pipe.

An environment NAME is installed by the Makefile into .venv/clients/NAME, from requirements/clients/NAME.txt or, for
Node.js, from requirements/clients/NAME/package-lock.json. A driver is a small script that runs there: it reads one JSON
line per call and answers each with one line.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NODE = shutil.which("node")
NODE_REQUIRED = "NODE_REQUIRED"


class ClientError(Exception):
    """What the vendor's client raised: `kind` is its class name, `status` the HTTP status that it tells."""

    def __init__(self, kind: str, status: int | None, message: str) -> None:
        super().__init__(f"{kind} {status}: {message}")
        self.kind = kind
        self.status = status
        self.message = message


def node() -> str:
    """The program. Without it the test is skipped, or fails where NODE_REQUIRED is set, as it is in `.ci/run`."""
    if NODE is None or shutil.which("npm") is None:
        missing = "There is no node, or no npm, on this machine (Debian: apt-get install nodejs npm)."
        if os.environ.get(NODE_REQUIRED):
            pytest.fail(missing)
        pytest.skip(f"{missing} {NODE_REQUIRED} is not set.")
    return NODE


class RealClient:
    """One vendor's client in its own process. Use it as a context manager."""

    def __init__(self, environment: str, driver: Path, **settings: Any) -> None:
        folder = ROOT / ".venv" / "clients" / environment
        if driver.suffix == ".mjs":
            command = [node(), str(driver), json.dumps({"folder": str(folder), **settings})]
            installed = folder / "node_modules"
        else:
            installed = folder / "bin" / "python"
            command = [str(installed), str(driver), json.dumps(settings)]
        if not installed.exists():
            raise FileNotFoundError(f"{installed}: run `make install-clients`")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

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
