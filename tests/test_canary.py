"""A secret, carried wherever one can be, comes out nowhere: in no log, answer, metric or event."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.core.management import CommandError, call_command
from django.db import OperationalError

from libraries.models import Scope
from sharing_project.logs import logging_config
from tests.servers import ROOT, Server, running

CANARY = "c4n4ryThatNobodyMayEverHear"
DEAD_KEY = f"shr_{CANARY}".ljust(50, "0")
JSON = "application/json"
CARRIERS: dict[str, tuple[str, dict[str, str]]] = {
    "the header": ("", {"Authorization": "Bearer {}"}),
    "a header of another kind": ("", {"Authorization": "Basic {}"}),
    "Google's header": ("", {"x-goog-api-key": "{}"}),
    "Google's query": ("?key={}", {}),
    "Lightly's query": ("?token={}", {}),
    "two places": ("?token={0}&key={0}x", {"Authorization": "Bearer {}"}),
    "a session": ("", {"Cookie": "sessionid={0}; csrftoken={0}; messages={0}"}),
    "where somebody comes from": ("", {"Referer": "http://localhost/?token={}"}),
}
"""What is added to the path, and the headers."""
CALLS: dict[str, tuple[str, str, str | None, str]] = {
    "found": ("GET", "/api/me", None, JSON),
    "a list": ("GET", "/v1/datasets/handbook/collaboration/access", None, JSON),
    "Mistral's": ("GET", "/v1/libraries", None, JSON),
    "Google's": ("GET", "/v1beta/corpora", None, JSON),
    "a decision": ("POST", "/access/v1/evaluation", '{{"subject": "{0}"}}', JSON),
    "no library": ("GET", "/api/libraries/nothing", None, JSON),
    "no path": ("GET", "/nowhere", None, JSON),
    "another method": ("POST", "/api/me", None, JSON),
    "no JSON": ("POST", "/api/libraries", '{{"name": {0}', JSON),
    "another type": ("POST", "/api/libraries", "{0}", "text/plain"),
    "an unknown field": ("POST", "/api/libraries", '{{"name": "x", "apiKey": "{0}"}}', JSON),
    "too long": ("POST", "/api/libraries", "{0}" * 60_000, JSON),
    "the console": ("GET", "/admin/", None, JSON),
    "the console's login": ("POST", "/admin/login/", "username=x&password={0}", "application/x-www-form-urlencoded"),
    "the console's import": ("POST", "/admin/libraries/share/import/", "handbook,{0},READER", "text/csv"),
    "the metrics": ("GET", "/metrics", None, JSON),
}


def run(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'served.sqlite3'}", "SECRET_KEY": CANARY * 3}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=check, capture_output=True, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("canary")
    run(folder, "migrate", "--verbosity=0")
    run(folder, "seed_demo", "--json")
    return folder


def asked(server: Server, secret: str) -> list[tuple[int, str]]:
    """Every call with the secret in every carrier, and in the body: each status, and all that came back."""
    answers = []
    for method, path, body, content_type in CALLS.values():
        for query, headers in CARRIERS.values():
            carried = {name: value.format(secret) for name, value in headers.items()}
            status, content, told = server.ask_for_all(
                method, path + query.format(secret), body and body.format(secret), Content_Type=content_type, **carried
            )
            if status == 302:
                del told["Location"]  # the way back to the address that was asked for, as it was
            answers.append((status, content.decode() + str(told)))
    return answers


def test_no_answer_log_metric_or_event_of_the_server_tells_it(folder: Path):
    """A key that works, one that is none, and the key that signs: settings are carriers too."""
    alive = run(folder, "create_api_key", "alice", "--scope=library:read", "--scope=library:write").stdout.strip()
    settings = {"METRICS_ENABLED": "true", "SECRET_KEY": CANARY * 3, "LOG_LEVEL": "DEBUG"}
    with running(folder, FAILED_CREDENTIALS_PER_MINUTE="15", **settings) as server:
        answers = [answer for secret in (DEAD_KEY, alive) for answer in asked(server, secret)]
        _, metrics = server.ask("GET", "/metrics")
        server.stop()
        log = server.log()
    met = {status for status, _ in answers}
    assert met >= {200, 400, 401, 403, 404, 405, 413, 415, 422, 429}
    assert not {status for status in met if status >= 500}
    with closing(sqlite3.connect(folder / "served.sqlite3")) as database:
        events = str(database.execute("SELECT * FROM libraries_event").fetchall())
    assert "alice" in events
    for name, told in {"log": log, "metrics": metrics.decode(), "events": events}.items():
        assert CANARY not in told, name
        assert alive not in told, name
    for status, told in answers:
        assert CANARY not in told, status
        assert alive not in told, status


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", DEAD_KEY: 1},
        {"name": "x", "naturalId": DEAD_KEY},
        {"name": "x", "organization": DEAD_KEY},
    ],
)
def test_a_refusal_does_not_quote_a_key(client_for, body: dict[str, Any]):
    answer = client_for("alice").post("/api/libraries", body)
    assert answer.status_code == 422
    assert CANARY not in answer.content.decode()


@pytest.mark.parametrize("accident", [RuntimeError, OperationalError])
@pytest.mark.parametrize("path", ["/api/me", "/v1/libraries", "/v1/datasets/x/collaboration/access", "/v1beta/corpora"])
def test_an_accident_does_not_tell_it(client_for, monkeypatch, caplog, path: str, accident: type[Exception]):
    """Not even where the exception quotes it."""

    def failing(secret: str) -> None:
        raise accident(f"about {secret}")

    monkeypatch.setattr("libraries.api.authentication.find_api_key", failing)
    with caplog.at_level(logging.DEBUG):
        answer = client_for(None).get(path, Authorization=f"Bearer {DEAD_KEY}")
    assert answer.status_code == (503 if accident is OperationalError else 500)
    assert CANARY not in answer.content.decode() + str(answer.headers)

    declared = logging_config(level="INFO", stream="stdout")["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=declared["foreign_pre_chain"], processors=declared["processors"]
    )
    lines = [formatter.format(record) for record in caplog.records]
    assert any("about shr_…" in json.loads(line).get("exception", "") for line in lines)
    assert not any(CANARY in line for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ["share", "handbook", DEAD_KEY, "READER"],
        ["share", DEAD_KEY, "bob", "READER"],
        ["explain_access", DEAD_KEY, "handbook"],
        ["create_api_key", DEAD_KEY],
    ],
)
def test_a_command_that_fails_does_not_quote_a_key(world: None, arguments: list[str]):
    with pytest.raises(CommandError) as refused:
        call_command(*arguments)
    assert "shr_…" in str(refused.value)
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    "url", [f"postgresql://user:{CANARY}@127.0.0.1:1/name", f"postgresql://user:{CANARY}@[x/name", f"odd://:{CANARY}@x"]
)
def test_a_database_that_is_not_there_is_told_without_its_password(url: str):
    environment = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": CANARY * 3}
    for command in (["manage.py", "migrate"], ["manage.py", "verify_grants"]):
        ended = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
        )
        assert ended.returncode != 0
        assert CANARY not in ended.stdout + ended.stderr


def test_the_key_itself_is_shown_once(client_for):
    alice = client_for("alice")
    made = alice.post("/api/keys", {"name": "once", "scopes": [Scope.LIBRARY_READ]}).json()
    assert made["key"].startswith("shr_")
    for path in ("/api/keys", made["_links"]["self"]["href"], "/api/events"):
        assert made["key"] not in alice.get(path).content.decode()
