"""Refusals as RFC 9457 problem documents."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.encoding import escape_uri_path
from rest_framework.renderers import JSONRenderer

from libraries import errors
from libraries.api.failures import Failure
from libraries.api.hal.preconditions import PreconditionFailed

MEDIA_TYPE = "application/problem+json"

STATUSES: dict[type[errors.SharingError], int] = {
    errors.LibraryNotFound: 404,
    errors.ShareNotFound: 404,
    errors.UnknownPrincipal: 422,
    errors.UnknownOrganization: 422,
    errors.ActionNotAllowed: 403,
    errors.NotAdministrator: 403,
    errors.MayNotAsk: 403,
    errors.NotSuperuser: 403,
    errors.LevelAboveOwn: 403,
    errors.OwnShareFixed: 403,
    errors.OnlyUsersOwn: 422,
    errors.ExpiryRefused: 422,
    errors.InvalidText: 422,
    errors.NameTaken: 422,
    errors.NotMember: 404,
    errors.LastOwner: 409,
    errors.AccountInUse: 409,
    errors.OrganizationInUse: 409,
    PreconditionFailed: 412,
}

FIELDS: dict[type[errors.SharingError], str] = {
    errors.UnknownPrincipal: "principalId",
    errors.UnknownOrganization: "organization",
    errors.OnlyUsersOwn: "accessLevel",
    errors.ExpiryRefused: "expiresAt",
    errors.InvalidText: "note",
    errors.NameTaken: "naturalId",
}
"""The field of the body that each of the core's 422s is about."""


def problem(failure: Failure, path: str) -> HttpResponse:
    """A problem document: `type`, `title`, `status`, `detail`, `instance`, what the core adds, and `errors` for a 422.

    It is rendered here, so that it is the same whatever the request would accept.
    """
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(failure.status).phrase,
        "status": failure.status,
        "detail": failure.detail,
        "instance": escape_uri_path(path),
    }
    if isinstance(failure.cause, errors.SharingError):
        document["code"] = failure.cause.code
        if failure.cause.rule:
            document["rule"] = failure.cause.rule
    if failure.status == 422:
        document["errors"] = _errors(failure)
    return HttpResponse(JSONRenderer().render(document), status=failure.status, content_type=MEDIA_TYPE)


def _errors(failure: Failure) -> list[dict[str, str]]:
    if isinstance(failure.cause, errors.SharingError):
        return [{"pointer": pointer((FIELDS[type(failure.cause)],)), "detail": failure.detail}]
    return [{"pointer": pointer(error.path), "detail": error.detail} for error in failure.errors]


def pointer(path: tuple[str, ...]) -> str:
    """A JSON pointer as a URI fragment (RFC 6901, section 6), as RFC 9457 shows it."""
    return "#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)
