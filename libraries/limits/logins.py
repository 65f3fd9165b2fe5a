"""Guesses at passwords, counted before any is hashed: by address over all names, and by name over all addresses.

That a name is locked for an address, after fewer wrong passwords, is django-axes' part.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from axes.helpers import get_lockout_message
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from libraries.limits.callers import peer_of
from libraries.limits.rates import Rate, count, take_back


def refusal_of_login(request: HttpRequest) -> HttpResponse | None:
    """Count an attempt to log in; the page to answer with where there have been too many, else None.

    It is counted as it comes and not as it fails, or many at once would all be let in.
    """
    counts = [count(rate, whose) for rate, whose in _counted(request)]
    if too_many := [each for each in counts if each.is_too_many]:
        return locked_out(request, seconds=max(each.seconds_left for each in too_many))
    return None


def forgive(request: HttpRequest) -> None:
    """The attempt was right, so it does not count."""
    for rate, whose in _counted(request):
        take_back(rate, whose)


def locked_out(request: HttpRequest, *_: Any, seconds: int | None = None) -> HttpResponse:
    """The page that django-axes has for it, and when to come back."""
    wait = settings.LOGIN_LOCK_MINUTES * 60 if seconds is None else seconds
    return HttpResponse(get_lockout_message(), status=429, headers={"Retry-After": str(wait)})


def _counted(request: HttpRequest) -> Iterable[tuple[Rate, str]]:
    if not settings.LOGIN_LOCK_ENABLED:
        return
    seconds = settings.LOGIN_LOCK_MINUTES * 60
    yield Rate("logins-by-address", settings.LOGIN_ATTEMPTS_PER_ADDRESS, seconds), peer_of(request)
    name = request.POST.get("username", "").strip().casefold()
    yield Rate("logins-by-name", settings.LOGIN_ATTEMPTS_PER_NAME, seconds), name
