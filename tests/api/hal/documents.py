"""The bodies that the native API answers, written down apart from the code that makes them."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any

from libraries.models import Event, Library, Share

CURIES = [{"name": "inf", "href": "/api/docs/#{rel}", "templated": True}]


def problem(status: int, detail: str, path: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
        **more,
    }


def no_such_library(path: str) -> dict[str, Any]:
    return problem(404, "There is no such library.", path, code="library_not_found", rule="R9")


def library_document(library: Library, level: int, *links: str, caller: str) -> dict[str, Any]:
    """`links`: those of `inf:shares`, `inf:events`, `edit` and `inf:delete` that are there."""
    here = f"/api/libraries/{library.natural_id}"
    known: dict[str, dict[str, Any]] = {
        "inf:shares": {
            "inf:access": {"href": f"{here}/access"},
            "inf:owner": {"href": f"{here}/owner"},
            "inf:shares": {"href": f"{here}/shares"},
            "inf:share": {"href": f"{here}/shares/{{principalId}}", "templated": True},
        },
        "inf:events": {"inf:events": {"href": f"{here}/events"}},
        "edit": {"edit": {"href": here}},
        "inf:delete": {"inf:delete": {"href": here}},
    }
    found: dict[str, Any] = {"self": {"href": here}, "inf:my-access": {"href": f"{here}/access/{caller}"}}
    for link in links:
        found |= known[link]
    return {
        "_links": found,
        "id": str(library.pk),
        "naturalId": library.natural_id,
        "objectId": library.object_id,
        "name": library.name,
        "description": library.description,
        "emoji": library.emoji,
        "organization": library.organization.slug,
        "editorsCanShare": library.editors_can_share,
        "accessLevel": level,
        "shareCount": library.share_count,
        "revision": library.revision,
        "createdAt": moment(library.created_at),
        "updatedAt": moment(library.updated_at),
    }


def access_document(library: Library, username: str, level: int, *, linked: bool = True) -> dict[str, Any]:
    """linked: whether the caller may ask why."""
    here = {"self": {"href": f"/api/libraries/{library.natural_id}/access/{username}"}}
    return {"_links": here if linked else {}, "username": username, "accessLevel": level}


def share_document(share: Share, *links: str) -> dict[str, Any]:
    """`links`: those of `edit` and `inf:delete` that are there."""
    library = f"/api/libraries/{share.library.natural_id}"
    here = f"{library}/shares/{share.principal_name}"
    return {
        "_links": {
            "self": {"href": here},
            "inf:library": {"href": library},
            **{link: {"href": here} for link in links},
        },
        "principalId": share.principal_name,
        "libraryId": str(share.library.pk),
        "accessLevel": share.level,
        "expiresAt": share.expires_at and moment(share.expires_at),
        "note": share.note,
        "grantedBy": share.granted_by and share.granted_by.username,
        "createdAt": moment(share.created_at),
        "updatedAt": moment(share.updated_at),
    }


def event_document(event: Event) -> dict[str, Any]:
    return {
        "id": str(event.pk),
        "at": moment(event.at),
        "actor": event.actor or None,
        "action": event.action,
        "principalId": event.principal or None,
        "from": event.from_level,
        "to": event.to_level,
        "details": event.details,
        "via": event.via,
        "requestId": event.request_id or None,
        "organization": event.organization or None,
        "library": event.library or None,
        "libraryId": str(event.library_id) if event.library_id else None,
    }


def share_of(library: Library, principal: str) -> Share:
    shares = library.shares.select_related("library", "user", "team", "organization", "granted_by")
    return next(share for share in shares if share.principal_name == principal)


def moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
