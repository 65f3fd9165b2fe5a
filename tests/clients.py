"""A caller of the API, as a test sees one."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client


class ApiClient:
    """Sends JSON with a key; answers with Django's test response."""

    def __init__(self, key: str | None) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers={**self.headers, **_names(headers)})

    def send(
        self, method: str, path: str, body: Any = None, *, content_type: str = "application/json", **headers: str
    ) -> Any:
        """`body`: bytes as they are, None for no body at all, anything else as JSON."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method, path, data, content_type=content_type, headers={**self.headers, **_names(headers)}
        )

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PUT", path, body, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("DELETE", path, body, **headers)


def _names(headers: dict[str, str]) -> dict[str, str]:
    """`If_Match` to `If-Match`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}
