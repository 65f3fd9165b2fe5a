"""Runs in .venv/clients/openapi: calls a client that openapi-python-client made of the description."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any


def call(package: Any, server: str, key: str, operation: str, arguments: dict[str, str]) -> Any:
    """The operation with its defaults: the status, and whether the answer was understood."""
    [module] = Path(package.__file__).parent.glob(f"api/*/{operation}.py")
    function = importlib.import_module(f"{package.__name__}.api.{module.parent.name}.{operation}")
    with package.AuthenticatedClient(base_url=server, token=key) as client:
        answer = function.sync_detailed(**arguments, client=client)
    return [answer.status_code, answer.parsed is not None]


def main() -> None:
    settings = json.loads(sys.argv[1])
    sys.path.insert(0, settings["folder"])
    package = importlib.import_module(settings["package"])
    for line in sys.stdin:
        asked = json.loads(line)
        result = call(package, settings["server"], operation=asked["operation"], **asked["arguments"])
        print(json.dumps({"result": result}), flush=True)


if __name__ == "__main__":
    main()
