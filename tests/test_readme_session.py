"""What the pages show at a prompt is what really happens: each on a fresh demo world, from its first line to its last."""

from __future__ import annotations

import io
import re
import shlex
import subprocess

import pytest
from django.core.management import CommandError, call_command

from libraries import demo
from tests.documents import PAGES, console_blocks, name_of

ADDRESS = "http://127.0.0.1:8000"
MANAGE = ".venv/bin/python manage.py "
CHANGING = {
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "UUID",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z": "MOMENT",
}
SESSIONS = [page for page in PAGES if console_blocks(page)]


def without_what_changes(text: str) -> str:
    for pattern, word in CHANGING.items():
        text = re.sub(pattern, word, text)
    return text


@pytest.fixture
def run(live_server, key_for):
    """Run a line as at a prompt: `$KEY` is alice's key, `$ERIN` is erin's, and so on."""
    keys = {username.upper(): key_for(username) for username in demo.usernames()}
    environment = {**keys, "KEY": keys["ALICE"], "PATH": "/usr/bin:/bin"}

    def run(command: str) -> str:
        if command.startswith(MANAGE):
            return manage(*shlex.split(command.removeprefix(MANAGE)))
        line = command.replace(ADDRESS, live_server.url)
        done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True)
        return done.stdout.rstrip().replace(live_server.url, ADDRESS)

    return run


def manage(*command: str) -> str:
    """What the command prints, or the line that a refused one ends with."""
    output = io.StringIO()
    try:
        call_command(*command, stdout=output)
    except CommandError as error:
        return f"CommandError: {error}"
    return output.getvalue().rstrip()


def test_there_are_sessions():
    assert {"README.md", "docs/rules.md"} <= set(map(name_of, SESSIONS))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("document", SESSIONS, ids=name_of)
def test_each_command_prints_what_the_page_shows(world, run, document):
    for command, output in console_blocks(document):
        assert without_what_changes(run(command)) == without_what_changes(output), command
