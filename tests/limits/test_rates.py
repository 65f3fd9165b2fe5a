"""How often something has happened lately: counted in the cache, which may be shared, or away."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.test import RequestFactory

from libraries.limits import rates
from libraries.limits.callers import peer_of
from libraries.limits.rates import Rate, count, take_back
from tests.redis import running_redis

THREE = Rate("tries", 3)


@pytest.fixture
def shared(settings, tmp_path, monkeypatch):
    """The cache is a Redis; returns it."""
    with running_redis(tmp_path) as redis:
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis.url}}
        monkeypatch.setattr(rates, "cache", caches.create_connection("default"))
        yield redis


def numbers(times, whose="alice", rate=THREE):
    return [count(rate, whose).number for _ in range(times)]


def test_more_than_the_rate_are_too_many(clock):
    assert [count(THREE, "alice").is_too_many for _ in range(5)] == [False, False, False, True, True]
    assert count(THREE, "bob").number == count(Rate("others", 3), "alice").number == 1


def test_they_begin_anew(clock):
    assert numbers(4) == [1, 2, 3, 4]
    clock[0] += 59
    assert numbers(1) == [5]
    clock[0] += 1
    assert numbers(1) == [1]


def test_one_can_be_taken_back(clock):
    numbers(3)
    take_back(THREE, "alice")
    take_back(THREE, "nobody")
    assert (numbers(1), numbers(1, "nobody")) == ([3], [1])


def test_the_headers_are_those_of_the_draft(clock):
    clock[0] += 20
    assert count(THREE, "alice").headers == {
        "Retry-After": "40",
        "RateLimit-Policy": '"tries";q=3;w=60',
        "RateLimit": '"tries";r=2;t=40',
    }
    numbers(9)
    assert count(THREE, "alice").headers["RateLimit"] == '"tries";r=0;t=40'


def test_none_is_lost_of_many_at_once(clock):
    with ThreadPoolExecutor(8) as threads:
        counted = list(threads.map(lambda _: count(THREE, "alice").number, range(200)))
    assert sorted(counted) == list(range(1, 201))


def test_processes_count_together_in_redis(shared, clock):
    assert numbers(2) == [1, 2]
    program = (
        "import django, libraries.limits.rates as rates; django.setup(); rates.time = lambda: 900_000_000.0;"
        "print(rates.count(rates.Rate('tries', 3), 'alice').number)"
    )
    told = {"CACHE_URL": shared.url, "DJANGO_SETTINGS_MODULE": "sharing_project.settings", "SECRET_KEY": "x"}
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=told)  # nosec B603
    assert other.stdout == "3\n"
    take_back(THREE, "alice")
    assert numbers(1) == [3]


def test_a_cache_that_is_away_refuses_nobody(shared, clock):
    assert [count(THREE, "alice").is_too_many for _ in range(4)][-1] is True
    shared.stop()
    assert [count(THREE, "alice").is_too_many for _ in range(5)] == [False] * 5
    take_back(THREE, "alice")


@pytest.mark.parametrize(
    ("address", "peer"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_a_peer_is_an_address_or_the_network_that_is_one_customers(address, peer):
    assert peer_of(RequestFactory().get("/", REMOTE_ADDR=address)) == peer
