"""What went wrong, before a dialect puts it in its own words."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import BadRequest, DisallowedHost, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions

from libraries import errors
from libraries.db.outage import note_outage
from libraries.db.retries import gave_way
from libraries.errors import SharingError
from libraries.identifiers import without_keys

log = logging.getLogger(__name__)

T = TypeVar("T")
RETRY_AFTER_SECONDS = 1
MOST_FAULTS = 20
"""So many a refusal names; of the others it says how many they are. Otherwise a body could ask for a longer answer."""
LONGEST_TEXT = 500
"""Characters of what was sent, or of a sentence that quotes it."""

UNKNOWN_HOST = (
    "The service does not go by the name in the request's Host header. Whoever runs it adds the name to ALLOWED_HOSTS."
)

NOT_FOUND = (
    errors.LibraryNotFound,
    errors.ShareNotFound,
    errors.PersonNotFound,
    errors.KeyNotFound,
    errors.OrganizationNotFound,
    errors.TeamNotFound,
    errors.NotMember,
    errors.ServiceAccountNotFound,
)
FORBIDDEN = (
    errors.ActionNotAllowed,
    errors.OthersAccess,
    errors.ScopeNotHeld,
    errors.NotAdministrator,
    errors.ConsentNeeded,
    errors.MayNotAsk,
    errors.NotSuperuser,
    errors.KeyOfAnother,
    errors.PowerLost,
    errors.LevelAboveOwn,
    errors.OwnShareFixed,
    errors.ServiceAccountFixed,
)
INVALID = (
    errors.UnknownPrincipal,
    errors.UnknownUser,
    errors.UnknownOrganization,
    errors.OnlyUsersOwn,
    errors.ExpiryRefused,
    errors.InvalidText,
    errors.NamedTwice,
    errors.SharesRefused,
    errors.NameTaken,
)
CONFLICTS = (
    errors.LastOwner,
    errors.LastAdministrator,
    errors.LastSuperuser,
    errors.AccountInUse,
    errors.OrganizationInUse,
    errors.OutsideShares,
    errors.OutsideOwners,
    errors.AmbiguousName,
)
"""How things stand keeps it from being done."""


def usual_statuses(*, invalid: int) -> dict[type[Exception], int]:
    """The status of each error, where a dialect has no other. `invalid`: its status for a request that is not valid.

    The framework's own errors bring theirs along: a dialect adds those to which it gives another.
    """
    return {
        exceptions.ValidationError: invalid,
        errors.CredentialEnded: 401,
        **dict.fromkeys(NOT_FOUND, 404),
        **dict.fromkeys(FORBIDDEN, 403),
        **dict.fromkeys(INVALID, invalid),
        **dict.fromkeys(CONFLICTS, 409),
    }


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with the body or the query: the way to the field, from outside in, and a sentence."""

    path: tuple[str, ...]
    detail: str
    code: str = "invalid"


@dataclass(frozen=True)
class Failure:
    """A refusal or an accident, with its HTTP status."""

    status: int
    detail: str
    cause: Exception
    errors: tuple[FieldError, ...] = ()
    more: int = 0
    """How many errors there are besides."""
    headers: dict[str, str] = field(default_factory=dict)


def failure_of(error: Exception, statuses: Mapping[type[Exception], int]) -> Failure:
    """Any exception as a failure. `statuses`: the dialect's, on `usual_statuses`."""
    match error:
        case SharingError():
            return Failure(statuses[type(error)], without_keys(str(error)), error)
        case exceptions.ValidationError():
            found, more = first_of(list(_field_errors(error.detail, error.get_codes())))
            return Failure(statuses[exceptions.ValidationError], "The request is not valid.", error, tuple(found), more)
        case exceptions.UnsupportedMediaType():
            sentence, wanted = "Send the body as JSON, with Content-Type: application/json.", "application/json"
            status = statuses.get(type(error), error.status_code)
            return Failure(status, sentence, error, headers={"Accept": wanted})
        case exceptions.APIException():
            status = statuses.get(type(error), error.status_code)
            return Failure(status, str(error.detail), error, headers=_headers(error))
        case Http404():
            return Failure(404, "There is nothing here.", error)
        case DisallowedHost():
            return Failure(400, UNKNOWN_HOST, error)
        case SuspiciousOperation() | BadRequest():
            return Failure(400, "The request cannot be read.", error)
        case PermissionDenied():
            return Failure(403, "Not allowed.", error)
        case OperationalError() | InterfaceError():
            note_outage(error)
            log.exception("database unavailable")
            sentence = "Others are changing the same." if gave_way(error) else "The database cannot be reached."
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            return Failure(503, f"{sentence} Try again soon.", error, headers=headers)
        case _:
            log.exception("unexpected error")
            return Failure(500, "Something went wrong here. Quote the request id when you report it.", error)


def first_of(faults: Sequence[T]) -> tuple[Sequence[T], int]:
    """Those that a refusal names, and how many more there are."""
    return faults[:MOST_FAULTS], max(len(faults) - MOST_FAULTS, 0)


def and_more(number: int) -> list[str]:
    """A sentence for a dialect that has nothing but sentences, or none."""
    return [f"And {number:,} more."] if number else []


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    headers |= getattr(error, "headers", {})
    return headers


def _field_errors(detail: Any, codes: Any, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    """DRF's nested dicts and lists of messages, flat."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            step = () if key == "non_field_errors" else (_shortened(str(key)),)
            yield from _field_errors(inner, codes[key], (*path, *step))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            step = (str(index),) if isinstance(inner, dict | list) else ()
            yield from _field_errors(inner, codes[index], (*path, *step))
    else:
        yield FieldError(path, _shortened(str(detail)), str(codes))


def _shortened(text: str) -> str:
    text = without_keys(text)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
