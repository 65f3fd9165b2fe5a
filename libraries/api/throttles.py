"""How often one may call. By default only credentials that open nothing are counted."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from libraries.limits.callers import peer_of
from libraries.limits.rates import Count, Rate, count
from libraries.models import ApiKey


class TooManyCalls(Throttled):
    """429, with when to come back."""

    def __init__(self, counted: Count, sentence: str) -> None:
        super().__init__(detail=sentence)
        self.headers = counted.headers


def refuse_if_too_many(request: Request, failed: AuthenticationFailed) -> None:
    """Count a credential that opened nothing. Raises TooManyCalls from too many of one address.

    It comes behind the look-up, so that a right one is never refused for others' wrong ones.
    """
    if not settings.FAILED_CREDENTIALS_PER_MINUTE:
        return
    counted = count(Rate("failed-credentials", settings.FAILED_CREDENTIALS_PER_MINUTE), peer_of(request._request))
    if counted.is_too_many:
        raise TooManyCalls(counted, "Too many wrong credentials from this address. Try again later.") from failed


class CallLimits:
    """The limits that are set for calls with a right credential: per key, per user, per address.

    A throttle of REST framework's. Its own SimpleRateThrottle keeps a list of times that it reads and writes back, so
    that of calls at the same time some are lost; these are counters.
    """

    def allow_request(self, request: Request, view: object) -> bool:
        """Counts one call for each limit. Raises TooManyCalls."""
        for rate, whose in _limits(request):
            counted = count(rate, whose)
            if counted.is_too_many:
                raise TooManyCalls(counted, "Too many calls. Try again later.")
        return True

    def wait(self) -> None:
        """It is in the exception."""


def call_limits() -> list[CallLimits]:
    """None where none is set: then a call costs nothing more."""
    wanted = (
        settings.CALLS_PER_MINUTE_PER_KEY,
        settings.CALLS_PER_MINUTE_PER_USER,
        settings.CALLS_PER_MINUTE_PER_ADDRESS,
    )
    return [CallLimits()] if any(wanted) else []


def _limits(request: Request) -> Iterator[tuple[Rate, str]]:
    if settings.CALLS_PER_MINUTE_PER_ADDRESS:
        yield Rate("calls-by-address", settings.CALLS_PER_MINUTE_PER_ADDRESS), peer_of(request._request)
    if not isinstance(request.auth, ApiKey):
        return
    if settings.CALLS_PER_MINUTE_PER_USER:
        yield Rate("calls-by-user", settings.CALLS_PER_MINUTE_PER_USER), str(request.auth.user_id)
    if settings.CALLS_PER_MINUTE_PER_KEY:
        yield Rate("calls-by-key", settings.CALLS_PER_MINUTE_PER_KEY), str(request.auth.pk)
