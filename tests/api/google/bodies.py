"""Whole bodies of the dialect, to compare answers with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from libraries.models import Library, Organization, Share, User
from libraries.principals import named
from libraries.rules.levels import Kind, Level
from tests.clients import ApiClient

BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"


def name_of(library: Library, principal: str, collection: str = "corpora") -> str:
    """The name of the permission of a principal that is written as the native API does it."""
    share = named(principal).share_of(library)
    assert share
    return f"{collection}/{library.natural_id}/permissions/{share.pk.hex}"


def level_of(library: Library, principal: str) -> Level | None:
    """The level of the principal's share; None where there is none."""
    share = named(principal).share_of(library)
    return Level(share.level) if share else None


def error(code: int, status: str, message: str, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "status": status, "details": list(details)}}


def info(reason: str, rule: str = "") -> dict[str, Any]:
    return {
        "@type": ERROR_INFO,
        "reason": reason,
        "domain": "sharing",
        "metadata": {"rule": rule} if rule else {},
    }


def violation(description: str, field: str = "") -> dict[str, Any]:
    named_field = {"field": field} if field else {}
    return {"@type": BAD_REQUEST, "fieldViolations": [{**named_field, "description": description}]}


def invalid(field: str, description: str) -> dict[str, Any]:
    """The answer to a field that is not valid."""
    return error(400, "INVALID_ARGUMENT", f"{field}: {description}", violation(description, field))


def unknown_name(name: str) -> dict[str, Any]:
    """The answer to a field or parameter that there is not."""
    sentence = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    return error(400, "INVALID_ARGUMENT", sentence, violation(sentence, name))


def nobody(principal: str) -> dict[str, Any]:
    """The answer to a grantee who is unknown, or whom R8 keeps out."""
    sentence = f"No user, team or organization “{principal}” can be given access to this library."
    field = violation(sentence, "emailAddress")
    return error(400, "INVALID_ARGUMENT", sentence, field, info("UNKNOWN_PRINCIPAL", "R8"))


def already_shared(principal: str) -> dict[str, Any]:
    sentence = f"“{principal}” already has a permission on this library. Update that one."
    return error(409, "ALREADY_EXISTS", sentence, info("ALREADY_SHARED"))


def not_allowed(what: str) -> dict[str, Any]:
    sentence = f"You may not {what}. Ask an owner of it."
    return error(403, "PERMISSION_DENIED", sentence, info("ACTION_NOT_ALLOWED", "R4"))


OWNERS_ONLY = error(
    403,
    "PERMISSION_DENIED",
    "Only an owner may give, change or take away ownership. An administrator transfers the library instead.",
    info("LEVEL_ABOVE_OWN", "R5"),
)
OWN_SHARE_FIXED = error(
    403,
    "PERMISSION_DENIED",
    "Owners cannot change or remove their own access. Transfer the library instead.",
    info("OWN_SHARE_FIXED", "R6"),
)
NO_LIBRARY = error(404, "NOT_FOUND", "There is no such library.", info("LIBRARY_NOT_FOUND", "R9"))
NO_PERMISSION = error(404, "NOT_FOUND", "There is no such permission.", info("PERMISSION_NOT_FOUND"))


def add_readers(library: Library, count: int, start: int = 0) -> list[Share]:
    """That many new users, numbered from `start`, with a share each; oldest first."""
    users = User.objects.bulk_create(
        User(username=f"reader-{number}", email=f"reader-{number}@acme.example")
        for number in range(start, start + count)
    )
    return Share.objects.bulk_create(
        Share(library=library, kind=Kind.USER, user=user, level=Level.READER) for user in users
    )


def add_libraries(organization: Organization, count: int, start: int = 0) -> None:
    """That many, numbered from `start`, shared with nobody: its administrators see them."""
    Library.objects.bulk_create(
        Library(natural_id=f"library-{number}", name=f"Library {number}", organization=organization)
        for number in range(start, start + count)
    )


def walk(client: ApiClient, path: str, size: int, rows: str = "permissions") -> Iterator[list[dict[str, Any]]]:
    """Every page of a list, by following its tokens."""
    token = ""
    while True:
        body = client.get(f"{path}?pageSize={size}&pageToken={token}").json()
        yield body[rows]
        if "nextPageToken" not in body:
            return
        token = body["nextPageToken"]
