"""manage.py prepare: what `make run` does before it serves."""

import re
import socket

import pytest

from libraries.models import ApiKey, Library, User
from libraries.people.keys import find_api_key


@pytest.fixture(autouse=True)
def free_port(settings):
    """The port that the command looks at is one that nobody has."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        settings.PORT = listener.getsockname()[1]
    settings.PUBLIC_URL, settings.HOST, settings.DATABASE_URL = "", "127.0.0.1", None


def test_it_seeds_an_empty_database_and_says_how_to_begin(run, empty_world, settings):
    out = run("prepare").out

    base = f"http://127.0.0.1:{settings.PORT}"
    assert f"Admin console  {base}/admin/" in out
    assert f"API            {base}/api/" in out
    password = re.search(r"as admin with (\S+)", out)
    assert password and User.objects.get(username="admin").check_password(password[1])
    keys = re.findall(r"^    (\w+) +(shr_\w+)$", out, re.MULTILINE)
    assert [(name, key) for name, key in keys if (found := find_api_key(key)) and found.user.username == name] == keys
    assert len(keys) == 6
    assert f"curl -H 'Authorization: Bearer {dict(keys)['alice']}' {base}/api/libraries/handbook/shares" in out


def test_it_keeps_what_is_there_and_shows_no_key_again(run, world):
    before = (Library.objects.count(), ApiKey.objects.count(), User.objects.count())
    out = run("prepare").out
    assert "shr_" not in out
    assert "create_api_key USER" in out
    assert (Library.objects.count(), ApiKey.objects.count(), User.objects.count()) == before


def test_it_tells_the_address_that_callers_see(run, world, settings):
    settings.PUBLIC_URL = "https://sharing.example.org"
    assert "https://sharing.example.org/api/" in run("prepare").out


def test_it_shows_nothing_where_the_port_is_taken(refusal_of, empty_world, settings):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", settings.PORT))
        listener.listen()
        assert f"Cannot serve on 127.0.0.1:{settings.PORT}" in refusal_of("prepare")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "0.0.0.0"),
        ("HOST", "::"),
        ("PUBLIC_URL", "https://sharing.example.org"),
        ("DATABASE_URL", "sqlite:////srv/sharing.sqlite3"),
        ("DATABASE_URL", "postgresql://sharing@db.example.org/sharing"),
    ],
)
def test_where_others_could_come_in_it_makes_no_keys_and_says_how_to_begin(run, empty_world, settings, name, value):
    setattr(settings, name, value)
    out = run("prepare").out
    assert "shr_" not in out
    assert "manage.py createsuperuser" in out
    assert not User.objects.exists()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2"])
def test_on_this_machine_alone_it_makes_the_demo_world(run, empty_world, settings, host):
    settings.HOST = host
    assert "shr_" in run("prepare").out
