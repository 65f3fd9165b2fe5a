"""Refusals as RFC 9457 problem documents."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from libraries import errors
from libraries.api.addresses import base_address
from libraries.api.failures import Failure, FieldError, first_of, usual_statuses
from libraries.api.hal.problem_types import ProblemType, type_of
from libraries.api.preconditions import PreconditionFailed
from libraries.identifiers import without_keys

MEDIA_TYPE = "application/problem+json"

STATUSES = {**usual_statuses(invalid=422), PreconditionFailed: 412}

FIELDS: dict[type[errors.SharingError], str] = {
    errors.UnknownPrincipal: "principalId",
    errors.UnknownUser: "username",
    errors.NamedTwice: "principalId",
    errors.SharesRefused: "shares",
    errors.UnknownOrganization: "organization",
    errors.OnlyUsersOwn: "accessLevel",
    errors.ExpiryRefused: "expiresAt",
    errors.InvalidText: "note",
    errors.NameTaken: "naturalId",
}
"""The field of the body that each of the core's 422s is about."""

FORBIDDEN_FIELDS: dict[type[errors.SharingError], str] = {
    errors.LevelAboveOwn: "accessLevel",
    errors.OwnShareFixed: "principalId",
}
"""The field of one of many shares that each of the core's 403s is about; others are about the share as a whole."""


def problem(
    failure: Failure, request: Request, fields: Mapping[type[errors.SharingError], str] = MappingProxyType({})
) -> HttpResponse:
    """A problem document: `type`, `title`, `status`, `detail`, `instance`, what the core adds, `errors`,
    and `moreErrors`, how many there are besides.

    fields: what takes the place of FIELDS for some errors.
    It is rendered here, so that it is the same whatever the request would accept.
    """
    status = _status(failure)
    problem_type = type_of(failure)
    document: dict[str, Any] = {
        "type": _address(problem_type, request) if problem_type else "about:blank",
        "title": problem_type.title if problem_type else HTTPStatus(status).phrase,
        "status": status,
        "detail": failure.detail,
        "instance": escape_uri_path(request.path),
    }
    if isinstance(failure.cause, errors.SharingError):
        document["code"] = failure.cause.code
        if failure.cause.rule:
            document["rule"] = failure.cause.rule
    if isinstance(failure.cause, errors.LastOwner | errors.OutsideOwners | errors.AmbiguousName):
        document["libraries"] = failure.cause.libraries
    if isinstance(failure.cause, errors.OutsideShares):
        document["outsideShares"] = failure.cause.number
    if found := _errors(failure, {**FIELDS, **fields}):
        document["errors"] = found
    if more := _more(failure):
        document["moreErrors"] = more
    return HttpResponse(JSONRenderer().render(document), status=status, content_type=MEDIA_TYPE)


def _address(problem_type: ProblemType, request: Request) -> str:
    """Absolute, as RFC 9457 recommends: a client compares it, wherever the answer came from."""
    return base_address(request) + reverse("problem", args=[problem_type.name])


def _status(failure: Failure) -> int:
    """Many are refused as forbidden (403) if all of them are, as invalid (422) otherwise."""
    if isinstance(failure.cause, errors.SharesRefused):
        return max(STATUSES[type(refusal)] for refusal in failure.cause.refusals.values())
    return failure.status


def _errors(failure: Failure, fields: Mapping[type[errors.SharingError], str]) -> list[dict[str, Any]]:
    if isinstance(failure.cause, errors.SharesRefused):
        named, _ = first_of(sorted(failure.cause.refusals.items()))
        return [_error_of_item(index, refusal) for index, refusal in named]
    if isinstance(failure.cause, errors.SharingError) and failure.status == 422:
        return [{"pointer": pointer((fields[type(failure.cause)],)), "detail": failure.detail}]
    return [_error_of_field(error) for error in failure.errors]


def _more(failure: Failure) -> int:
    if isinstance(failure.cause, errors.SharesRefused):
        return first_of(list(failure.cause.refusals))[1]
    return failure.more


def _error_of_item(index: int, refusal: errors.SharingError) -> dict[str, Any]:
    field = (FIELDS | FORBIDDEN_FIELDS).get(type(refusal))
    path = ("shares", str(index), field) if field else ("shares", str(index))
    return {"index": index, "pointer": pointer(path), "detail": without_keys(str(refusal))}


def _error_of_field(error: FieldError) -> dict[str, Any]:
    match error.path:
        case ("shares", index, *_) if index.isdecimal():
            return {"index": int(index), "pointer": pointer(error.path), "detail": error.detail}
        case _:
            return {"pointer": pointer(error.path), "detail": error.detail}


def pointer(path: tuple[str, ...]) -> str:
    """A JSON pointer as a URI fragment (RFC 6901, section 6), as RFC 9457 shows it."""
    return "#" + "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)
