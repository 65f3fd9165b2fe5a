"""The bodies that the native API answers, written down apart from the code that makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from libraries.models import Event, Library, Share

CURIES = [{"name": "inf", "href": "/api/docs/#{rel}", "templated": True}]


TITLES = {
    "account_in_use": "Account in use",
    "action_not_allowed": "Action not allowed",
    "ambiguous_name": "Name of several libraries",
    "consent_needed": "Consent needed",
    "expiry_refused": "Expiry date refused",
    "invalid_text": "Invalid text",
    "key_not_found": "API key not found",
    "key_of_another": "API key of another user",
    "credential_ended": "Credential ended meanwhile",
    "power_lost": "Power lost meanwhile",
    "last_administrator": "Last administrator",
    "last_owner": "Last owner",
    "last_superuser": "Last superuser",
    "level_above_own": "Level above your own",
    "library_not_found": "Library not found",
    "may_not_ask": "Access of others may not be checked",
    "name_taken": "Name already taken",
    "named_twice": "Listed twice",
    "not_administrator": "Administrators only",
    "not_member": "Not a member",
    "not_superuser": "Superusers only",
    "only_users_own": "Only users can be owners",
    "organization_in_use": "Organization in use",
    "organization_not_found": "Organization not found",
    "others_access": "Access of others is not shown",
    "outside_owners": "Owned outside",
    "outside_shares": "Shared outside",
    "own_share_fixed": "Own ownership is fixed",
    "person_not_found": "Person not found",
    "precondition_failed": "Precondition failed",
    "scope_not_held": "Scope not held",
    "service_account_fixed": "Service account stays what it is",
    "service_account_not_found": "Service account not found",
    "share_not_found": "Share not found",
    "shares_refused": "Shares refused",
    "team_not_found": "Team not found",
    "unknown_organization": "Unknown organization",
    "unknown_principal": "Unknown principal",
    "unknown_user": "Unknown user",
}
"""By the code of a refusal."""

OF_HTTP = {
    400: ("malformed-request", "Malformed request"),
    401: ("not-authenticated", "Not authenticated"),
    403: ("forbidden", "Not permitted"),
    404: ("not-found", "Nothing at this address"),
    405: ("method-not-allowed", "Method not allowed"),
    406: ("not-acceptable", "Not acceptable"),
    413: ("body-too-large", "Body too large"),
    415: ("unsupported-media-type", "Unsupported media type"),
    422: ("invalid-request", "Invalid request"),
    429: ("too-many-requests", "Too many requests"),
    500: ("internal-error", "Internal error"),
    503: ("database-unavailable", "Database unavailable"),
}
"""By the status of what no rule refuses: the name of its type, and its title."""


def problem(status: int, detail: str, path: str, **more: Any) -> dict[str, Any]:
    code = more.get("code")
    name, title = (code.replace("_", "-"), TITLES[code]) if code else OF_HTTP[status]
    return {
        "type": f"http://testserver/problems/{name}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": path,
        **more,
    }


def no_such_principal(name: str) -> str:
    """The detail of an unknown principal."""
    return f"No user, team or organization “{name}” can be given access to this library."


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


def event_document(event: Event, *, traced: bool = True) -> dict[str, Any]:
    """traced: as it is told to who administers."""
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
        **({"keyId": str(event.key_id) if event.key_id else None, "address": event.address} if traced else {}),
        "organization": event.organization or None,
        "library": event.library or None,
        "libraryId": str(event.library_id) if event.library_id else None,
    }


def share_of(library: Library, principal: str) -> Share:
    shares = library.shares.select_related("library", "user", "team", "organization", "granted_by")
    return next(share for share in shares if share.principal_name == principal)


def moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
