"""Sign-ins with a password, those that fail, and lock-outs, as events (R11): of no organization, so for superusers alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from time import monotonic
from typing import Any

import axes.signals  # noqa: F401 - so that what listens to a failure there comes first
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from libraries.db.text import is_storable
from libraries.events.record import EventAction, record, recorded_via
from libraries.limits.callers import client_address
from libraries.models import OPERATOR, User

log = logging.getLogger(__name__)


class Allowance:
    """So many in a minute, in this process; what is beyond goes unrecorded, so that no flood fills the disk."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock, self._lock = most, clock, Lock()
        self._minute, self._taken = -1, 0

    def take(self) -> bool:
        """Whether one more is allowed."""
        with self._lock:
            minute = int(self._clock() // 60)
            if minute != self._minute:
                self._minute, self._taken = minute, 0
            self._taken += 1
            if self._taken == self._most + 1:
                log.warning("Too many failed sign-ins: those of the rest of this minute are not recorded as events.")
            return self._taken <= self._most


# Apart, so that who tries names at random hides nothing that happens to an account.
of_accounts = Allowance(60)
of_nobody = Allowance(10)


@receiver(user_logged_in, dispatch_uid="libraries.sign_in.succeeded")
def _succeeded(request: Any, user: User, **_: Any) -> None:
    if _came_in(request):
        with _from(request):
            record(EventAction.SIGNED_IN, actor=user, principal=user.username)


@receiver(user_login_failed, dispatch_uid="libraries.sign_in.failed")
def _failed(credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    """After axes has counted it: the one that locks out is followed by an event of that, those behind it have none."""
    if not _came_in(request):
        return
    locks_out = getattr(request, "axes_failures_since_start", None) == settings.AXES_FAILURE_LIMIT
    locked_out = getattr(request, "axes_locked_out", False)
    name = credentials.get(User.USERNAME_FIELD)
    if not locked_out or locks_out:
        _record_for(EventAction.SIGN_IN_FAILED, name, request)
    if locked_out and locks_out:
        _record_for(EventAction.LOCKED_OUT, name, request)


def _record_for(action: EventAction, name: object, request: HttpRequest) -> None:
    account = _account_called(name)
    if (of_accounts if account else of_nobody).take():
        with _from(request):
            record(action, actor=OPERATOR, principal=account)


def _account_called(name: object) -> str:
    """The name, if it is an account's; nothing otherwise, since people type their passwords into the wrong field."""
    if not (isinstance(name, str) and is_storable(name)):
        return ""
    return User.objects.filter(username=name).values_list("username", flat=True).first() or ""


def _came_in(request: Any) -> bool:
    """Whether it came to the service from outside, and is no session that code opens."""
    return hasattr(request, "request_id")


def _from(request: HttpRequest) -> AbstractContextManager[None]:
    return recorded_via("admin", vars(request)["request_id"], address=client_address(request.META))
