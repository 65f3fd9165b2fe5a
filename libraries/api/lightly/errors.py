"""Refusals in the vendor's words: a code of its enum ApiErrorCode, a sentence, the request's id."""

from __future__ import annotations

from rest_framework.exceptions import ParseError
from rest_framework.response import Response

from libraries import errors
from libraries.api.failures import Failure, and_more, usual_statuses
from libraries.api.lightly.replacing import ConfigNotFound, UnknownEntries
from libraries.rules.levels import Kind

STATUSES: dict[type[Exception], int] = {
    **usual_statuses(invalid=400),
    errors.NameTaken: 409,
    errors.AmbiguousName: 400,
    ConfigNotFound: 404,
    UnknownEntries: 400,
}

CODES: dict[int, str] = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "NOT_IMPLEMENTED",
    406: "BAD_REQUEST",
    409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE",
    415: "MALFORMED_REQUEST",
    429: "BAD_REQUEST",
    # The enum has no word for an accident of the server's; this one at least does not blame the caller.
    500: "MALFORMED_RESPONSE",
    503: "MALFORMED_RESPONSE",
}

UNKNOWN: dict[Kind, str] = {Kind.USER: "USER_NOT_KNOWN", Kind.TEAM: "TEAM_UNKNOWN", Kind.ORGANIZATION: "BAD_REQUEST"}
"""The code for a principal of each kind that is not there; for organizations the enum has none."""


def refusal(failure: Failure, request_id: str) -> Response:
    """`{"code", "error", "requestId"}`."""
    document = {"code": _code(failure), "error": _sentence(failure), "requestId": request_id}
    return Response(document, status=failure.status)


def _code(failure: Failure) -> str:
    match failure.cause:
        case errors.LibraryNotFound():
            return "DATASET_UNKNOWN"
        case ConfigNotFound():
            return "ACCESS_CONTROL_UNKNOWN"
        case UnknownEntries(kind=kind):
            return UNKNOWN[kind]
        case ParseError():
            return "MALFORMED_REQUEST"
        case _:
            return CODES.get(failure.status, "BAD_REQUEST")


def _sentence(failure: Failure) -> str:
    """Every field that is wrong, by its name, after the sentence."""
    wrong = [f"{'.'.join(error.path) or 'body'}: {error.detail}" for error in failure.errors]
    return " ".join([failure.detail, *wrong, *and_more(failure.more)])
