"""Runs in .venv/clients/google-genai: the vendor's newer client, one call a line (see tests/real_clients.py).

An operation is a path below the client, such as `models.list`; `aio.models.list` is the same, awaited.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from functools import reduce
from typing import Any

from google import genai  # type: ignore[import-not-found]
from google.genai.errors import APIError  # type: ignore[import-not-found]


def call(operation: str, endpoint: str, key: str, arguments: dict[str, Any]) -> Any:
    client = genai.Client(api_key=key, http_options={"base_url": endpoint, "api_version": "v1beta"})
    answer = reduce(getattr, operation.split("."), client)(**arguments)
    return asyncio.run(awaited(answer)) if inspect.isawaitable(answer) else as_json(answer)


async def awaited(answer: Any) -> Any:
    """Pagers with what their further pages hold, too."""
    found = await answer
    return [as_json(row) async for row in found] if hasattr(found, "__aiter__") else as_json(found)


def as_json(answer: Any) -> Any:
    if hasattr(answer, "__next__"):
        return [as_json(row) for row in answer]
    return answer.model_dump(mode="json", exclude_none=True, exclude={"sdk_http_response"})


for line in sys.stdin:
    request = json.loads(line)
    try:
        told = {"result": call(request["operation"], **request["arguments"])}
    except APIError as error:
        told = {"error": {"kind": type(error).__name__, "status": error.code, "message": error.message}}
    except Exception as error:  # noqa: BLE001 - the test looks at it
        told = {"error": {"kind": type(error).__name__, "status": None, "message": str(error)}}
    print(json.dumps(told), flush=True)
