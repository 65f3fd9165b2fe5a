"""How often something has happened lately, counted in the cache: by all processes where they share it, else by each."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from time import time

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

logger = structlog.get_logger()

CACHE_IS_AWAY = (OSError, RedisError)


@dataclass(frozen=True)
class Rate:
    """So many at most in so many seconds, which are counted from fixed moments on."""

    name: str
    most: int
    seconds: int = 60


@dataclass(frozen=True)
class Count:
    """How many there have been, and in how many seconds they begin anew."""

    rate: Rate
    number: int
    seconds_left: int

    @property
    def is_too_many(self) -> bool:
        return self.number > self.rate.most

    @property
    def headers(self) -> dict[str, str]:
        """`Retry-After`, and the fields of draft-ietf-httpapi-ratelimit-headers-10."""
        left = max(self.rate.most - self.number, 0)
        return {
            "Retry-After": str(self.seconds_left),
            "RateLimit-Policy": f'"{self.rate.name}";q={self.rate.most};w={self.rate.seconds}',
            "RateLimit": f'"{self.rate.name}";r={left};t={self.seconds_left}',
        }


def count(rate: Rate, whose: str) -> Count:
    """Count one more. A cache that is away counts nothing, so nobody is refused for that."""
    now = time()
    try:
        number = _one_more(_place(rate, whose, now), rate.seconds)
    except CACHE_IS_AWAY as error:
        logger.warning("cache_unreachable", error=str(error))
        number = 0
    return Count(rate, number, rate.seconds - int(now % rate.seconds))


def take_back(rate: Rate, whose: str) -> None:
    """Count one less, which turned out not to be one of those that the rate is about."""
    try:
        cache.decr(_place(rate, whose, time()))
    except ValueError:
        return  # the seconds were over meanwhile
    except CACHE_IS_AWAY as error:
        logger.warning("cache_unreachable", error=str(error))


def _one_more(place: str, seconds: int) -> int:
    """Added and increased by one each, so that of calls at the same time none is lost."""
    cache.add(place, 0, timeout=2 * seconds)
    try:
        return cache.incr(place)
    except ValueError:  # dropped in between, by a cache that is full
        return 1


def _place(rate: Rate, whose: str, now: float) -> str:
    """A digest: a cache takes few characters, and nobody reads names in it."""
    return f"rate:{rate.name}:{sha256(whose.encode(errors='replace')).hexdigest()}:{int(now // rate.seconds)}"
