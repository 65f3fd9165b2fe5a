"""Refusals in the vendor's words: a code of its enum ApiErrorCode, a sentence, the request's id."""

from __future__ import annotations

from rest_framework.exceptions import ParseError
from rest_framework.response import Response

from libraries import errors
from libraries.api.failures import Failure
from libraries.api.lightly.replacing import ConfigNotFound, UnknownEntries
from libraries.levels import Kind

STATUSES: dict[type[errors.SharingError], int] = {
    errors.LibraryNotFound: 404,
    errors.ShareNotFound: 404,
    errors.PersonNotFound: 404,
    errors.KeyNotFound: 404,
    errors.OrganizationNotFound: 404,
    errors.TeamNotFound: 404,
    errors.UnknownPrincipal: 400,
    errors.UnknownUser: 400,
    errors.UnknownOrganization: 400,
    errors.ActionNotAllowed: 403,
    errors.OthersAccess: 403,
    errors.ScopeNotHeld: 403,
    errors.NotAdministrator: 403,
    errors.MayNotAsk: 403,
    errors.NotSuperuser: 403,
    errors.KeyOfAnother: 403,
    errors.LevelAboveOwn: 403,
    errors.OwnShareFixed: 403,
    errors.OnlyUsersOwn: 400,
    errors.ExpiryRefused: 400,
    errors.InvalidText: 400,
    errors.NamedTwice: 400,
    errors.SharesRefused: 400,
    errors.NameTaken: 409,
    errors.NotMember: 404,
    errors.LastOwner: 409,
    errors.AccountInUse: 409,
    errors.OrganizationInUse: 409,
    ConfigNotFound: 404,
    UnknownEntries: 400,
}

VALIDATION = 422
"""What the other dialects answer with, and this one does not: here it is a 400."""

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
    status = 400 if failure.status == VALIDATION else failure.status
    document = {"code": _code(failure, status), "error": _sentence(failure), "requestId": request_id}
    return Response(document, status=status)


def _code(failure: Failure, status: int) -> str:
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
            return CODES.get(status, "BAD_REQUEST")


def _sentence(failure: Failure) -> str:
    """Every field that is wrong, by its name, after the sentence."""
    wrong = [f"{'.'.join(error.path) or 'body'}: {error.detail}" for error in failure.errors]
    return " ".join([failure.detail, *wrong])
