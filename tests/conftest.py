"""The cast of the demo world: alice owns and administers, bob edits through a team, dave is shut out through his,
erin and frank are strangers from another organization."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from libraries import demo
from libraries.limits.hashing import BoundedArgon2
from libraries.models import OPERATOR, Event, Library, Organization, Scope, Share, Team, User
from libraries.people.keys import create_api_key, find_api_key
from tests.clients import ApiClient
from tests.figures import figure, pytest_terminal_summary  # noqa: F401 - a fixture and a hook

Change = tuple[str, str, int | None, int | None]

# Every run tries the same examples, few of them, and `make prove` many; HYPOTHESIS_PROFILE=exploring looks for new ones.
hypothesis.settings.register_profile("quick", derandomize=True, deadline=None)
hypothesis.settings.register_profile("proving", derandomize=True, deadline=None, max_examples=1000)
hypothesis.settings.register_profile("exploring", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_collection_finish() -> None:
    """What the modules and the tests themselves take stays to the end: the garbage collector need not look at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings: None) -> None:
    """SQLite in a file: threads that share a database in memory do not wait for each other's locks."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folder: Path = tmp_path_factory.mktemp("database")
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(folder / "test.sqlite3")}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The demo world is there before the first test; each test's changes are rolled back."""
    with django_db_blocker.unblock():
        demo.build_world()
    yield
    with django_db_blocker.unblock():
        _end_other_sessions()


@pytest.fixture(scope="session", autouse=True)
def static_files_are_found_when_asked_for() -> None:
    """Every test client loads the middleware, which otherwise reads all of the static files each time."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_cheaply() -> None:
    """As in production, but for what makes it slow on purpose."""
    BoundedArgon2.time_cost = 1
    BoundedArgon2.memory_cost = 64


@pytest.fixture(autouse=True)
def nothing_is_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The moment by which rates count, as `clock[0]`: the beginning of a minute, and of a quarter of an hour."""
    moment = [900_000_000.0]
    monkeypatch.setattr("libraries.limits.rates.time", lambda: moment[0])
    return moment


def _end_other_sessions() -> None:
    """PostgreSQL drops no database that the thread of some test's server still has a connection to."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture
def world(db: None) -> None:
    """The demo world, made again where a test with real transactions emptied the database."""
    if not Organization.objects.exists():
        demo.build_world()


@pytest.fixture
def empty_world(world: None) -> None:
    """No people, organizations or libraries: the demo world out of the way."""
    for model in (Share, Library, Team, Organization, User):
        model.objects.all().delete()


@pytest.fixture
def empty_database(transactional_db: None) -> None:
    """Tables, and nothing in them."""
    call_command("flush", interactive=False, verbosity=0)


def _person(username: str, fixture_name: str = "") -> Any:
    @pytest.fixture(name=fixture_name or username)
    def person(world: None) -> User:
        return User.objects.get(username=username)

    return person


alice, bob, carol, dave, erin, frank = map(_person, demo.usernames())
admin_user = _person(demo.SUPERUSER, "admin_user")  # in the place of pytest-django's, which brings no world


def _library(natural_id: str) -> Any:
    @pytest.fixture(name=natural_id.replace("-", "_"))
    def library(world: None) -> Library:
        return Library.objects.select_related("organization").filter(natural_id=natural_id).earliest("id")

    return library


handbook, roadmap, press_kit, lab_notes = map(_library, demo.LIBRARIES)


@pytest.fixture
def acme(world: None) -> Organization:
    return Organization.objects.get(slug="acme")


@pytest.fixture
def globex(world: None) -> Organization:
    return Organization.objects.get(slug="globex")


@pytest.fixture
def engineering(world: None) -> Team:
    return Team.objects.get(slug="engineering")


@pytest.fixture
def new_events(world: None) -> Callable[[], list[Change]]:
    """What was recorded since the test began, oldest first: action, principal, level before, level after."""
    old = set(Event.objects.values_list("pk", flat=True))

    def read() -> list[Change]:
        events = Event.objects.exclude(pk__in=old).order_by("pk")
        return list(events.values_list("action", "principal", "from_level", "to_level"))

    return read


@pytest.fixture
def key_for(world: None) -> Callable[..., str]:
    """A new key: `key_for("alice")` of all scopes, `key_for("alice", Scope.LIBRARY_READ)` of that one.

    It has been used before: the first use is written down, so it would cost more than the others.
    """

    def make(username: str, *scopes: Scope) -> str:
        user = User.objects.get(username=username)
        secret = create_api_key(user=user, name="test", scopes=scopes or tuple(Scope), actor=OPERATOR)[1]
        find_api_key(secret)
        return secret

    return make


@pytest.fixture
def client_for(key_for: Callable[..., str]) -> Callable[..., ApiClient]:
    """A caller with a new key: `client_for("alice")`, or `client_for(None)` without any."""

    def make(username: str | None, *scopes: Scope) -> ApiClient:
        return ApiClient(key_for(username, *scopes) if username else None)

    return make
