"""Runs inside an environment of the vendor's client: one JSON line in per call, one out (see tests/real_clients.py).

A call's arguments: `key`; `asynchronous`; `retry`; `arguments`, those of the client's own method.
"""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any

try:
    from mistralai.client import Mistral, utils  # type: ignore[import-not-found]
except ImportError:  # up to 1.x
    from mistralai import Mistral, utils  # type: ignore[import-not-found]

warnings.simplefilter("ignore")  # most of what is documented is marked as deprecated by now
SERVER_URL = json.loads(sys.argv[1])["server_url"]
AT_ONCE = utils.RetryConfig("backoff", utils.BackoffStrategy(1, 1, 1, 10_000), retry_connection_errors=False)


def method_of(client: Any, operation: str) -> Any:
    """`accesses.list` to `client.beta.libraries.accesses.list`."""
    found = client.beta.libraries
    for name in operation.split("."):
        found = getattr(found, name)
    return found


def call(operation: str, settings: dict[str, Any], arguments: dict[str, Any]) -> Any:
    with Mistral(**settings) as client:
        return method_of(client, operation)(**arguments)


async def call_asynchronously(operation: str, settings: dict[str, Any], arguments: dict[str, Any]) -> Any:
    async with Mistral(**settings) as client:
        return await method_of(client, f"{operation}_async")(**arguments)


def answer(operation: str, key: str, asynchronous: bool, retry: bool, arguments: dict[str, Any]) -> dict[str, Any]:
    settings = {"api_key": key, "server_url": SERVER_URL, **({"retry_config": AT_ONCE} if retry else {})}
    try:
        if asynchronous:
            result = asyncio.run(call_asynchronously(operation, settings, arguments))
        else:
            result = call(operation, settings, arguments)
    except Exception as error:  # noqa: BLE001 - whatever the client raises is what the test asks about
        status = getattr(error, "status_code", None)
        body = getattr(error, "body", None) or str(error)
        return {"error": {"kind": type(error).__name__, "status": status, "message": body}}
    return {"result": result.model_dump(mode="json")}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(answer(request["operation"], **request["arguments"])), flush=True)
