"""What the vendor's calls take and answer, as the two documents show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from libraries.models import Library, Organization, Team, User

TYPES = {User: "User", Team: "Workspace", Organization: "Org"}
LIBRARIES = "/v1/libraries"
NOBODY = "0ae92ecb-21ed-47c5-9f7e-0b2cbe325a20"
"""An id of the document's, which is nobody's here."""


def share_path(library: Library) -> str:
    return f"{LIBRARIES}/{library.pk}/share"


def entity(of: User | Team | Organization) -> dict[str, str]:
    """How a body names a user, a workspace or an organization."""
    return {"share_with_uuid": str(of.pk), "share_with_type": TYPES[type(of)]}


def sharing(library: Library, of: User | Team | Organization, role: str) -> dict[str, Any]:
    """A whole Sharing."""
    return {
        "library_id": str(library.pk),
        "org_id": str(library.organization_id),
        "role": role,
        **entity(of),
        "user_id": str(of.pk) if isinstance(of, User) else None,
    }


def invalid(*problems: tuple[str, str, str]) -> dict[str, Any]:
    """A 422 about fields of the body: `field`, `msg`, `type` of each."""
    return {
        "detail": [
            {"loc": ["body", field] if field else ["body"], "msg": message, "type": kind}
            for field, message, kind in problems
        ]
    }


REQUIRED = "This field is required."
NOT_FOUND = {"detail": "There is no such library."}


def library_document(library: Library, **told: Any) -> dict[str, Any]:
    """A whole Library of which only the owner has access; `told` are the keys that say something else."""
    return {
        "id": str(library.pk),
        "name": library.name,
        "created_at": moment(library.created_at),
        "updated_at": moment(library.updated_at),
        "owner_id": None,
        "owner_type": "User",
        "total_size": 0,
        "nb_documents": 0,
        "chunk_size": None,
        "emoji": None,
        "description": None,
        "generated_description": None,
        "explicit_user_members_count": 1,
        "explicit_workspace_members_count": 0,
        "org_sharing_role": None,
        "generated_name": None,
        **told,
    }


def moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
