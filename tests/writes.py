"""One call of each vendor's dialect by which carol gets to read the handbook: method, path and body."""

from __future__ import annotations

from typing import Any

Write = tuple[str, str, Any]

SHARE_WITH_CAROL: dict[str, Write] = {
    "mistral": (
        "PUT",
        "/v1/libraries/handbook/share",
        {"level": "Viewer", "share_with_type": "User", "share_with_uuid": "{carol}"},
    ),
    "lightly": (
        "POST",
        "/v1/datasets/handbook/collaboration/access",
        {"accessType": "READ", "users": ["carol@acme.example"]},
    ),
    "google": (
        "POST",
        "/v1beta/corpora/handbook/permissions",
        {"granteeType": "USER", "emailAddress": "carol@acme.example", "role": "READER"},
    ),
}


def with_id_of_carol(body: Any, carol: str) -> Any:
    """The body, with her id where it names her by that."""
    return {**body, "share_with_uuid": carol} if body and "share_with_uuid" in body else body
