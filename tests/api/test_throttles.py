"""Wrong credentials are slowed, right ones never for others' wrong ones; more than that only where it is set."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.test import Client

from libraries.limits import rates
from libraries.models import ApiKey
from libraries.people.keys import PREFIX, RANDOM_LENGTH, _checksum
from tests.api.test_error_shapes import DIALECTS
from tests.clients import ApiClient

WRONG = PREFIX + "x" * RANDOM_LENGTH + _checksum("x" * RANDOM_LENGTH)
MISTYPED = WRONG[:-1] + "~"
ADDRESS = "10.0.0.7"
LEFT = {"Retry-After": "60", "RateLimit": '"{}";r=0;t=60', "RateLimit-Policy": '"{}";q={};w=60'}


@pytest.fixture(autouse=True)
def limits(settings, clock):
    settings.FAILED_CREDENTIALS_PER_MINUTE = 4


@pytest.fixture
def uncounted(monkeypatch):
    """Using the cache fails."""

    def failing(*arguments, **options):
        raise AssertionError

    for name in ("add", "incr", "get", "set"):
        monkeypatch.setattr(cache, name, failing, raising=False)
    monkeypatch.setattr(rates, "count", failing)


def get(path="/api/me", address=ADDRESS, **headers):
    return Client(REMOTE_ADDR=address).get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})


def told(answer, name, most):
    return {header: answer.headers[header] for header in LEFT} == {
        header: value.format(name, most) for header, value in LEFT.items()
    }


def test_every_credential_that_opens_nothing_counts(world):
    """One that cannot be a key, one that none is, one in the wrong words, two that differ."""
    odd = [f"Bearer {MISTYPED}", f"Bearer {WRONG}", "Basic Zm9v", f"Bearer {WRONG}"]
    assert [get(Authorization=value).status_code for value in odd] == [401] * 4
    answer = get(Authorization=f"Bearer {MISTYPED}")
    assert answer.status_code == 429
    assert told(answer, "failed-credentials", 4)
    assert get().status_code == 401  # none is no wrong one
    assert get(Authorization=f"Bearer {WRONG}", address="10.0.0.8").status_code == 401


def test_a_right_key_is_not_refused_for_wrong_ones_from_its_address(world, key_for):
    right = f"Bearer {key_for('bob')}"
    assert [get(Authorization=f"Bearer {WRONG}").status_code for _ in range(6)] == [401] * 4 + [429] * 2
    assert get(Authorization=right).status_code == 200
    assert get(Authorization=f"Bearer {WRONG}").status_code == 429


def test_a_minute_later_it_is_401_again(world, clock):
    assert [get(Authorization=f"Bearer {WRONG}").status_code for _ in range(5)][-1] == 429
    clock[0] += 60
    assert get(Authorization=f"Bearer {WRONG}").status_code == 401


def test_by_default_it_is_400_a_minute(world, settings):
    from sharing_project import settings as as_started

    assert as_started.FAILED_CREDENTIALS_PER_MINUTE == 400
    settings.FAILED_CREDENTIALS_PER_MINUTE = 0
    assert {get(Authorization=f"Bearer {WRONG}").status_code for _ in range(9)} == {401}


@pytest.mark.parametrize("name", DIALECTS)
def test_each_dialect_says_so_in_its_own_shape(name, world, handbook):
    dialect, client = DIALECTS[name], ApiClient(WRONG)
    method, path, body = dialect.change
    answers = [client.send(method, path.format(handbook.natural_id), body) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 4 + [429]
    assert dialect.shape(answers[-1].json(), 429)
    assert told(answers[-1], "failed-credentials", 4)
    assert "Too many wrong credentials" in json.dumps(answers[-1].json())


def test_without_limits_a_right_call_asks_nothing_of_the_cache(uncounted, world, key_for):
    assert get(Authorization=f"Bearer {key_for('bob')}").status_code == 200


@pytest.mark.parametrize(
    ("setting", "name", "another"),
    [
        ("CALLS_PER_MINUTE_PER_KEY", "calls-by-key", "another key"),
        ("CALLS_PER_MINUTE_PER_USER", "calls-by-user", "another user"),
        ("CALLS_PER_MINUTE_PER_ADDRESS", "calls-by-address", "another address"),
    ],
)
def test_a_limit_that_is_set_holds_for_right_keys(setting, name, another, world, key_for, settings):
    setattr(settings, setting, 3)
    mine = f"Bearer {key_for('bob')}"
    assert [get(Authorization=mine).status_code for _ in range(3)] == [200] * 3
    refused = get(Authorization=mine)
    assert (refused.status_code, told(refused, name, 3)) == (429, True)
    others = {
        "another key": lambda: get(Authorization=f"Bearer {key_for('bob')}"),
        "another user": lambda: get(Authorization=f"Bearer {key_for('alice')}"),
        "another address": lambda: get(Authorization=mine, address="10.0.0.8"),
    }
    assert others[another]().status_code == 200
    assert ApiKey.objects.filter(user__username="bob").exists()


def test_a_body_that_is_too_long_is_told_before_any_limit(world, settings):
    settings.MAX_BODY_BYTES = 10
    client = ApiClient(WRONG)
    assert {client.post("/api/libraries", b"x" * 11).status_code for _ in range(6)} == {413}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_it_is_documented(dialect, client):
    document = client.get(f"/api/schema/?dialect={dialect}").json()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    asking = [operation["responses"] for operation in operations if "401" in operation["responses"]]
    assert asking
    for responses in asking:
        assert set(LEFT) <= set(responses["429"]["headers"])
        assert responses["429"]["content"] == responses["401"]["content"]
