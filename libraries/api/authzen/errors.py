"""Refusals as the specification has them: a message, as a JSON string."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response

from libraries.api.failures import Failure, FieldError, failure_of, usual_statuses

STATUSES = usual_statuses(invalid=400)

BAD_REQUEST = (415, 422)
"""What the other dialects tell apart, and the specification does not: a 400 here."""


def refusal(failure: Failure) -> Response:
    """The message alone."""
    return Response(_message(failure), status=_status(failure))


def error_of(error: Exception) -> dict[str, Any]:
    """What went wrong with one evaluation among several: `{"status", "message"}`."""
    failure = failure_of(error, STATUSES)
    return {"status": _status(failure), "message": _message(failure)}


def _status(failure: Failure) -> int:
    return 400 if failure.status in BAD_REQUEST else failure.status


def _message(failure: Failure) -> str:
    """Every field that is wrong, by its name; else the sentence."""
    return " ".join(map(_sentence, failure.errors)) or failure.detail


def _sentence(error: FieldError) -> str:
    field = ".".join(error.path)
    return f"{field}: {error.detail}" if field else error.detail
