"""The README's first session is what really happens."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8000"
MANAGE = ".venv/bin/python manage.py "
CHANGING = {
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}": "UUID",
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z": "MOMENT",
}


def session() -> list[tuple[str, str]]:
    """The commands of the README's console blocks, each with the output below it."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    commands = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return [(command, output.rstrip()) for command, _, output in (part.partition("\n") for part in commands)]


def without_what_changes(text: str) -> str:
    for pattern, word in CHANGING.items():
        text = re.sub(pattern, word, text)
    return text


@pytest.fixture
def run(live_server, key_for):
    key = key_for("alice")

    def run(command: str) -> str:
        if command.startswith(MANAGE):
            output = io.StringIO()
            call_command(*shlex.split(command.removeprefix(MANAGE)), stdout=output)
            return output.getvalue().rstrip()
        line = command.replace(ADDRESS, live_server.url)
        done = subprocess.run(
            ["bash", "-c", line], env={"KEY": key, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True
        )
        return done.stdout.rstrip().replace(live_server.url, ADDRESS)

    return run


@pytest.mark.django_db(transaction=True)
def test_each_command_prints_what_the_readme_shows(world, run):
    for command, output in session():
        assert without_what_changes(run(command)) == without_what_changes(output), command
