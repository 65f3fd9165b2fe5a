"""The application as the server calls it, within a test's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from sharing_project.wsgi import application


@contextmanager
def running_application() -> Iterator[Callable[..., Iterable[bytes]]]:
    """Django's signals would close the connection that holds the transaction, so they stay silent meanwhile."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield application
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
