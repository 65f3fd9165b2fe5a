"""Examples from the demo world, which `manage.py seed_demo` makes. tests/api/test_schema_examples.py makes each call."""

from __future__ import annotations

from typing import Any

PARAMETERS = {
    "/api/": {"id": "handbook", "principalId": "team:engineering", "slug": "acme", "team": "engineering"}
    | {"username": "bob", "organization": "acme"},
    "/v1/": {"library_id": "handbook", "datasetId": "handbook"},
    "/v1beta/": {"library_id": "handbook"},
}
"""By the beginning of the path."""
KEYS = "/keys/{id}"
"""Keys have ids that nobody knows beforehand."""
BODIES: dict[str, Any] = {
    "createLibrary": {"name": "Field notes", "naturalId": "field-notes", "organization": "acme"},
    "patchLibrary": {"description": "How we work."},
    "putShare": {"accessLevel": 1, "expiresAt": "2099-01-31T12:00:00Z", "note": "For the audit."},
    "postShares": {
        "shares": [{"principalId": "carol", "accessLevel": 1}, {"principalId": "team:interns", "accessLevel": None}],
        "dryRun": True,
    },
    "putOwner": {"username": "bob"},
    "createKey": {"name": "laptop", "scopes": ["library:read"]},
    "patchMe": {"defaultOrganization": "acme"},
    "createServiceAccount": {"name": "gateway", "displayName": "Gateway"},
    "putTeam": {"name": "Engineering"},
    "patchOrganization": {"name": "Acme"},
    "putMember": {"administrator": True},
    "evaluation": {
        "subject": {"type": "user", "id": "bob"},
        "action": {"name": "can_edit"},
        "resource": {"type": "library", "id": "handbook"},
    },
    "corpora.create": {"displayName": "Field notes"},
    "corpora.permissions.create": {
        "granteeType": "USER",
        "emailAddress": "dave@acme.example",
        "role": "READER",
    },
    "libraries_create_v1": {"name": "Field notes", "description": "What we saw."},
}
"""What a call may be sent, by its operation id."""


def with_examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Values for the parameters of paths, and bodies."""
    for path, operations in result["paths"].items():
        for operation in operations.values():
            _exemplify(path, operation)
    return result


def _exemplify(path: str, operation: dict[str, Any]) -> None:
    name = operation["operationId"]
    for parameter in operation.get("parameters", ()):
        known = parameter_example(path, parameter["name"]) if parameter["in"] == "path" else None
        if known:
            parameter["example"] = known
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if name in BODIES:
            content["example"] = BODIES[name]


def parameter_example(path: str, name: str) -> str | None:
    """A value for a parameter of the path, or None."""
    if name == "id" and path.endswith(KEYS):
        return None
    return next((names.get(name) for start, names in PARAMETERS.items() if path.startswith(start)), None)
