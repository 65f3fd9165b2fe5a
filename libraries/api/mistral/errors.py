"""Refusals as FastAPI words them: `detail` is a list for what is not valid (422), a sentence for everything else."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from rest_framework.exceptions import MethodNotAllowed, NotFound, ParseError
from rest_framework.response import Response

from libraries import errors
from libraries.api.failures import Failure, and_more, usual_statuses

STATUSES = {**usual_statuses(invalid=422), ParseError: 422}

FIELDS: dict[type[errors.SharingError], str] = {
    errors.UnknownPrincipal: "share_with_uuid",
    errors.UnknownUser: "share_with_uuid",
    errors.UnknownOrganization: "org_id",
    errors.OnlyUsersOwn: "level",
    errors.ExpiryRefused: "level",
    errors.InvalidText: "name",
    errors.NamedTwice: "share_with_uuid",
    errors.SharesRefused: "share_with_uuid",
    errors.NameTaken: "name",
}
"""The field of the body that each of the core's 422s is about."""

TYPES = {
    "required": "missing",
    "blank": "string_too_short",
    "max_length": "string_too_long",
    "min_value": "greater_than_equal",
    "max_value": "less_than_equal",
    "invalid_choice": "enum",
    "uuid": "uuid_parsing",
}
"""What the vendor's validator calls a mistake; `value_error` where it is none of these."""


def refusal(failure: Failure, part: str) -> Response:
    """The answer to a request whose input is in its `part`: "query" or "body"."""
    problems = list(_problems(failure, part))
    return Response({"detail": problems or _sentence(failure)}, status=failure.status)


def _problems(failure: Failure, part: str) -> Iterator[dict[str, Any]]:
    if isinstance(failure.cause, ParseError):
        yield _problem((part,), failure.detail, "json_invalid")
    elif isinstance(failure.cause, errors.SharingError) and failure.status == 422:
        yield _problem((part, FIELDS[type(failure.cause)]), failure.detail, "value_error")
    for error in failure.errors:
        yield _problem((part, *error.path), error.detail, TYPES.get(error.code, "value_error"))
    for sentence in and_more(failure.more):
        yield _problem((part,), sentence, "value_error")


def _problem(location: tuple[str, ...], message: str, kind: str) -> dict[str, Any]:
    return {"loc": list(location), "msg": message, "type": kind}


def _sentence(failure: Failure) -> str:
    """For what the framework alone refuses, the plain phrase that FastAPI has for it."""
    if isinstance(failure.cause, NotFound | MethodNotAllowed):
        return HTTPStatus(failure.status).phrase
    return failure.detail
