"""Refusals as the vendor's error model has them: google.rpc.Status in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.response import Response

from libraries import errors
from libraries.api.failures import CONFLICTS, Failure, FieldError, and_more, usual_statuses
from libraries.api.google.messages import UNKNOWN_NAME
from libraries.api.google.permissions import AlreadyShared, PermissionNotFound
from libraries.models import EVERYONE

STATUSES: dict[type[Exception], int] = {
    **usual_statuses(invalid=400),
    errors.NameTaken: 409,
    **dict.fromkeys(CONFLICTS, 400),
    PermissionNotFound: 404,
    AlreadyShared: 409,
}

FAILED_PRECONDITIONS = (*CONFLICTS, errors.ExpiryRefused, errors.UnknownOrganization)
"""The 400s that are about how things stand, not about what was sent."""

FIELDS: dict[type[Exception], str] = {
    errors.UnknownPrincipal: "emailAddress",
    errors.UnknownUser: "emailAddress",
    errors.OnlyUsersOwn: "role",
    errors.InvalidText: "displayName",
}
"""The field that each of the core's other 400s is about."""

CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    406: "INVALID_ARGUMENT",
    409: "ALREADY_EXISTS",
    413: "INVALID_ARGUMENT",
    415: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
"""HTTP status to the name of a google.rpc.Code."""

DOMAIN = "sharing"


def status(failure: Failure) -> Response:
    """`{"error": {"code", "message", "status", "details"}}`."""
    code = failure.status
    name = "FAILED_PRECONDITION" if isinstance(failure.cause, FAILED_PRECONDITIONS) else CODES.get(code, "UNKNOWN")
    error = {"code": code, "message": _message(failure), "status": name, "details": list(_details(failure))}
    return Response({"error": error}, status=code)


def _message(failure: Failure) -> str:
    """Clients show the message alone, so it says which field it is about."""
    return "\n".join([*map(_sentence, failure.errors), *and_more(failure.more)]) or failure.detail


def _sentence(error: FieldError) -> str:
    field = ".".join(error.path)
    return f"{field}: {error.detail}" if field and error.code != UNKNOWN_NAME else error.detail


def _details(failure: Failure) -> Iterator[dict[str, Any]]:
    if violations := list(_violations(failure)):
        yield {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}
    if isinstance(failure.cause, errors.SharingError):
        yield {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": failure.cause.code.upper(),
            "domain": DOMAIN,
            "metadata": {"rule": failure.cause.rule} if failure.cause.rule else {},
        }


def _violations(failure: Failure) -> Iterator[dict[str, str]]:
    for error in failure.errors:
        yield _violation(".".join(error.path), error.detail)
    if type(failure.cause) in FIELDS:
        yield _violation(_field(failure.cause), failure.detail)
    if isinstance(failure.cause, ParseError):
        yield _violation("", failure.detail)


def _field(cause: Exception) -> str:
    is_everyone = isinstance(cause, errors.UnknownPrincipal) and cause.principal == EVERYONE
    return "granteeType" if is_everyone else FIELDS[type(cause)]


def _violation(field: str, description: str) -> dict[str, str]:
    """A violation of the message as a whole names no field."""
    return {"field": field, "description": description} if field else {"description": description}
