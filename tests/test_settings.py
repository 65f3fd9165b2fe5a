"""Settings, as a process of its own reads them: what https switches on, and what is wrong and is told."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

from sharing_project.private_files import make_database_private
from sharing_project.secret_key import read_or_create_secret_key
from tests.servers import ROOT, running

PUBLIC = {"PUBLIC_URL": "https://sharing.example.org"}


@pytest.fixture
def python(tmp_path):
    """Run a Python program; returns its status and what it wrote to both streams."""

    def python(*arguments, **variables):
        given = {"DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", "LOG_STREAM": "stderr", **variables}
        left_out = ("DATABASE_URL", "SECRET_KEY", "DJANGO_ALLOW_ASYNC_UNSAFE")  # the last is of tests in a browser
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env={**kept, **given}, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    return python


def test_a_public_service_passes_every_check_of_a_deployment(python):
    status, said = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PUBLIC)
    assert status == 0, said


@pytest.mark.parametrize(("url", "seconds"), [("https://sharing.example.org", 31536000), ("http://10.0.0.7", 0)])
def test_https_switches_secure_cookies_and_hsts_on(python, url, seconds):
    program = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.CSRF_TRUSTED_ORIGINS])"
    )
    module = {"DJANGO_SETTINGS_MODULE": "sharing_project.settings"}
    secure = seconds > 0
    assert python("-c", program, PUBLIC_URL=url, **module)[1].strip() == str([secure, secure, seconds, [url]])


@pytest.mark.parametrize(
    ("name", "value", "sentence", "hint"),
    [
        ("DATABASE_URL", "", "DATABASE_URL is empty.", "Unset it"),
        ("PUBLIC_URL", "sharing.example.org", "PUBLIC_URL is no address", "Begin with the scheme"),
        ("PUBLIC_URL", "ftp://sharing.example.org", "PUBLIC_URL is no address", "Begin with the scheme"),
        ("PUBLIC_URL", "https://", "PUBLIC_URL is no address", "Begin with the scheme"),
        ("PUBLIC_URL", "https://[", "PUBLIC_URL is no address", "Begin with the scheme"),
        ("SECRET_KEY", "short", "SECRET_KEY is shorter than 32 characters", "one is made and kept"),
        ("TRUSTED_PROXIES", "10.0.0.7,proxy", "“proxy” is neither an address nor a network", "127.0.0.1,10.0.0.0/8"),
    ],
)
def test_a_setting_that_is_wrong_is_told_with_what_to_do(python, name, value, sentence, hint):
    for arguments in (("manage.py", "check"), ("-m", "sharing_project.server")):
        status, said = python(*arguments, **{"SECRET_KEY": "x" * 50, "PORT": "0", name: value})
        assert (status, "Traceback" in said) == (1, False)
        assert sentence in said
        assert hint in said


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_made_is_its_users_alone(python, tmp_path):
    assert python("manage.py", "migrate", "--verbosity", "0") == (0, "")
    assert python("manage.py", "export_shares", str(tmp_path / "shares.csv"))[0] == 0
    files = {path.name: mode(path) for path in tmp_path.iterdir()}
    assert {"db.sqlite3", ".secret-key", "shares.csv"} <= files.keys()
    assert set(files.values()) == {0o600}


def test_what_others_could_read_is_mended_and_told(python, tmp_path):
    key = tmp_path / ".secret-key"
    assert python("manage.py", "check")[0] == 0
    key.chmod(0o644)
    told = python("manage.py", "check")[1]
    assert (mode(key), f"Others on this machine could read {key}. That was mended" in told) == (0o600, True)
    assert "Others" not in python("manage.py", "check")[1]


def test_a_key_that_another_user_has_written_is_refused(monkeypatch, tmp_path):
    key = tmp_path / ".secret-key"
    key.write_text("x" * 50)
    written = SimpleNamespace(st_uid=1234, st_mode=0o100600)
    monkeypatch.setattr(type(key), "stat", lambda path, **options: written)

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ImproperlyConfigured, match="another user wrote it"):
        read_or_create_secret_key(key)

    for reader in (1234, 0):
        monkeypatch.setattr(os, "geteuid", lambda reader=reader: reader)
        assert read_or_create_secret_key(key) == "x" * 50


def test_a_server_takes_its_database_away_from_others(tmp_path):
    database = tmp_path / "served.sqlite3"
    database.touch(0o644)
    database.chmod(0o644)
    with running(tmp_path) as server:
        server.ask("GET", "/readyz")
        beside = sorted(path.name for path in tmp_path.glob("served.sqlite3*") if mode(path) != 0o600)
        server.stop()
        assert f"Others on this machine could read {database}. That was mended." in server.log()
    assert (mode(database), beside) == (0o600, [])


def test_which_files_others_could_reach_is_told(tmp_path):
    database = tmp_path / "served.sqlite3"
    database.touch()
    database.chmod(0o644)
    assert make_database_private(str(database)) == [str(database)]
    assert make_database_private(str(database)) == []
