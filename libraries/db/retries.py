"""Transactions that the database ended in favour of another's, though nothing is wrong with them: done again, whole."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

log = logging.getLogger(__name__)

T = TypeVar("T")
TRIES = 3
_DEADLOCK, _NOT_SERIALIZABLE = "40P01", "40001"


def gave_way(error: BaseException) -> bool:
    """Whether it is a deadlock's victim, or could not be serialized. SQLite, which has one writer at a time, has neither."""
    return getattr(error.__cause__, "sqlstate", None) in (_DEADLOCK, _NOT_SERIALIZABLE)


def until_it_holds(attempt: Callable[[bool], T]) -> T:
    """What the attempt returns, made again where it gave way to another. It is told whether it is the last one.

    It is one transaction at most, and has done nothing else that cannot be done twice. Raises what the last one raises.
    """
    for further in reversed(range(TRIES)):
        try:
            return attempt(not further)
        except OperationalError as error:
            if not further or not gave_way(error):
                raise
            log.warning("transaction gave way and is tried again: %s", str(error).partition("\n")[0])
    raise AssertionError("The last attempt returns or raises.")
