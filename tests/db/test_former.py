"""A database from before the migrations began anew is refused with a sentence, and left as it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader

from sharing_project import server

ROOT = Path(__file__).resolve().parents[2]
OTHER_APPS = [(app, name) for app, name in MigrationLoader(None).disk_migrations if app != "libraries"]
APPLIED = [*OTHER_APPS, ("libraries", "0001_initial"), ("libraries", "0002_event_order")]
TABLE = "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied timestamp)"
ROWS = [
    f"INSERT INTO django_migrations VALUES ({number}, '{app}', '{name}', '2026-11-21')"
    for number, (app, name) in enumerate(APPLIED)
]
COMMANDS = {
    "migrate": ["manage.py", "migrate"],
    "prepare": ["manage.py", "prepare"],
    "the server": ["-m", "sharing_project.server"],
}


@pytest.fixture
def former_database(tmp_path) -> Iterator[tuple[str, str]]:
    """Its URL, and what is to be done with it."""
    if connection.vendor == "sqlite":
        path = tmp_path / "former.sqlite3"
        with closing(sqlite3.connect(path)) as former:
            for statement in (TABLE, *ROWS):
                former.execute(statement)
            former.commit()
            yield f"sqlite:///{path}", f"move {path} away"
            assert former.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [
                ("django_migrations",)
            ]
        return
    settings = connection.settings_dict
    server = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}"
    name = f"former_{uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as maintenance:
        maintenance.execute(f"CREATE DATABASE {name}")
        try:
            with psycopg.connect(f"{server}/{name}", autocommit=True) as former:
                for statement in (TABLE, *ROWS):
                    former.execute(statement)
                yield f"{server}/{name}", "create a new one and name it in DATABASE_URL"
                assert former.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == [
                    ("django_migrations",)
                ]
        finally:
            maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("command", COMMANDS)
def test_it_is_refused_and_left_as_it_is(former_database, command):
    url, remedy = former_database
    ended = subprocess.run(
        [sys.executable, *COMMANDS[command]],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "SECRET_KEY": "x" * 50, "HOST": "127.0.0.1", "PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert "was set up by a version from before 0.1 (it has the migration libraries.0002_event_order)" in ended.stderr
    assert f"manage.py export_shares FILE), then {remedy} and run this again." in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


def test_one_that_cannot_be_reached_keeps_no_server_from_starting(monkeypatch):
    def failing(using: str) -> str:
        asked.append(using)
        raise OperationalError

    asked: list[str] = []
    monkeypatch.setattr("libraries.db.former.reason_to_refuse", failing)
    server.ask_for_a_former_database()
    assert asked == ["default"]
