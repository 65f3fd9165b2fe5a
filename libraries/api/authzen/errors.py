"""Refusals as the specification has them: a message, as a JSON string."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response

from libraries import errors
from libraries.api.failures import Failure, FieldError, failure_of

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
    errors.NameTaken: 400,
    errors.NotMember: 404,
    errors.LastOwner: 409,
    errors.AccountInUse: 409,
    errors.OrganizationInUse: 409,
}

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
