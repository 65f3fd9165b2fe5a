"""Servers in processes of their own, on the database of the test."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from tests.servers import PATIENCE, Server, running


def url_of_the_tests_database(*, application: str = "") -> str:
    """`application`: the name by which PostgreSQL tells this one's connections from others."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    server = f"{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}"
    return f"postgresql://{server}/{settings['NAME']}?application_name={application}"


@contextmanager
def serving(folder: Path, **variables: str) -> Iterator[Server]:
    """A server on the test's database; its log is in the folder."""
    folder.mkdir(exist_ok=True)
    application = variables.pop("APPLICATION", "")
    with running(folder, **{"DATABASE_URL": url_of_the_tests_database(application=application), **variables}) as server:
        yield server


class Caller:
    """Asks with a key, over one connection that stays open. Not to be shared by threads."""

    def __init__(self, server: Server, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and document."""
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, self._headers)
        answer = self._connection.getresponse()
        read = answer.read()
        return answer.status, json.loads(read) if read else None

    def close(self) -> None:
        self._connection.close()
