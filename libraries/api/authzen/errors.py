"""Refusals as the specification has them: a message, as a JSON string."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.response import Response

from libraries import errors
from libraries.api.failures import Failure, FieldError, and_more, failure_of, usual_statuses

STATUSES = {**usual_statuses(invalid=400), UnsupportedMediaType: 400, errors.AmbiguousName: 400}
"""The specification calls whatever is wrong with a request a 400."""


def refusal(failure: Failure) -> Response:
    """The message alone."""
    return Response(_message(failure), status=failure.status)


def error_of(error: Exception) -> dict[str, Any]:
    """What went wrong with one evaluation among several: `{"status", "message"}`."""
    failure = failure_of(error, STATUSES)
    return {"status": failure.status, "message": _message(failure)}


def _message(failure: Failure) -> str:
    """Every field that is wrong, by its name; else the sentence."""
    return " ".join([*map(_sentence, failure.errors), *and_more(failure.more)]) or failure.detail


def _sentence(error: FieldError) -> str:
    field = ".".join(error.path)
    return f"{field}: {error.detail}" if field else error.detail
