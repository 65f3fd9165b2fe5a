"""The built package, installed where nothing of this checkout is, serves from whichever folder it is started in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("libraries", "sharing_project")

ASK = """
import json
import django
django.setup()
from django.core.management import call_command
from django.test import Client
import libraries, sharing_project
from libraries import demo
from libraries.models import User

call_command("check", fail_level="WARNING")
demo.build_world()
keys, _ = demo.fresh_credentials()
client = Client(headers={"host": "localhost"})
shares = client.get("/api/libraries/handbook/shares", headers={"Authorization": f"Bearer {keys['alice']}"})
admin = User.objects.get(username=demo.SUPERUSER)
client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
paths = ["/healthz", "/readyz", "/admin/", "/admin/libraries/library/", "/api/docs/"]
pages = {path: client.get(path) for path in paths}
print(json.dumps({
    "origins": [libraries.__file__, sharing_project.__file__],
    "statuses": {path: page.status_code for path, page in pages.items()},
    "home": pages["/admin/"].content.decode(),
    "shares": [share["principalId"] for share in shares.json()["_embedded"]["inf:share"]],
    "style": b"".join(client.get("/static/libraries/console.css")).decode(),
}))
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel and what it depends on, and a folder, empty at first, in which it is used."""

    environment: Path
    folder: Path

    @property
    def packages(self) -> Path:
        [found] = self.environment.glob("lib/python3*/site-packages")
        return found

    def run(self, program: str, *arguments: str) -> str:
        return _run(self.environment / "bin" / program, *arguments, folder=self.folder)


def _run(program: str | Path, *arguments: str | Path, folder: Path) -> str:
    """What the program wrote. Of this process's environment it sees nothing but where programs are."""
    settings = {"DJANGO_SETTINGS_MODULE": "sharing_project.settings", "LOG_STREAM": "stderr"}
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), **settings}
    ended = subprocess.run([program, *arguments], cwd=folder, env=variables, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    home, folder = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("elsewhere")
    installed = Installed(home / "environment", folder)
    _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", home, folder=ROOT)
    _run(sys.executable, "-m", "venv", "--without-pip", installed.environment, folder=home)
    # The dependencies are those that are installed for the tests: nothing is fetched.
    (installed.packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    options = ("--quiet", "--offline", "--no-deps", "--python", str(installed.environment / "bin" / "python"))
    _run(sys.executable, "-m", "uv", "pip", "install", *options, *home.glob("*.whl"), folder=home)
    return installed


@pytest.fixture(scope="module")
def answers(installed: Installed) -> Any:
    installed.run("sharing-manage", "migrate", "--verbosity", "0")
    return json.loads(installed.run("python", "-I", "-c", ASK).splitlines()[-1])


def test_it_has_every_file_of_the_application_and_the_templates(installed):
    here = {path.relative_to(ROOT) for name in PACKAGES for path in (ROOT / name).rglob("*")}
    templates = {"libraries" / path.relative_to(ROOT) for path in (ROOT / "templates").rglob("*")}
    there = {
        path.relative_to(installed.packages) for name in PACKAGES for path in (installed.packages / name).rglob("*")
    }
    assert files(there, installed.packages) == files(here, ROOT) | {path for path in templates if path.suffix}


def files(paths: set[Path], root: Path) -> set[Path]:
    return {path for path in paths if (root / path).is_file() and path.suffix != ".pyc"}


def test_it_answers(answers, installed):
    assert all(Path(origin).is_relative_to(installed.packages) for origin in answers["origins"])
    assert set(answers["statuses"].values()) == {200}
    assert set(answers["shares"]) == {"alice", "org:acme", "team:engineering", "team:interns"}


def test_the_console_has_its_templates_and_styles(answers):
    assert "libraries/console.css" in answers["home"]
    assert answers["style"] == (ROOT / "libraries" / "static" / "libraries" / "console.css").read_text()


def test_it_keeps_its_database_and_key_in_the_folder_where_it_is_used(answers, installed):
    made = {path.name for path in installed.folder.iterdir()}
    assert {"db.sqlite3", ".secret-key"} <= made <= {"db.sqlite3", "db.sqlite3-shm", "db.sqlite3-wal", ".secret-key"}
