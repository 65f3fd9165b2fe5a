"""Links between operations: from an answer to the calls that go on from there."""

from __future__ import annotations

import re
from typing import Any

MADE = {
    "createLibrary": {"id": "/id"},
    "createKey": {"id": "/id"},
    "createOrganization": {"slug": "/slug"},
    "createServiceAccount": {"name": "/name"},
    "createServiceAccountKey": {"id": "/id"},
    "libraries_create_v1": {"library_id": "/id"},
    "createOrUpdateSharedAccessConfigByDatasetId": {"accessConfigId": "/id"},
}
"""Calls that make what they give a name to: the parameters of what follows, and where the answer has them.

Google's are left out: its answers name things by whole paths, of which no expression takes a part.
"""
NAMED = frozenset(
    {"putShare", "putTeam", "putMember", "putTeamMember", "putOwner", "libraries_update_v1", "patchLibrary"}
)
"""Calls that make or change what their path names."""
SUCCESS = re.compile("20[01]")


def with_links(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Behind each call that makes or changes something, the calls on it and on what lies directly below it."""
    operations = [
        (path, operation) for path, operations in result["paths"].items() for operation in operations.values()
    ]
    for path, operation in operations:
        name = operation["operationId"]
        if name not in MADE and name not in NAMED:
            continue
        made = MADE.get(name, {})
        links = {
            other["operationId"]: _link(further, other, made)
            for further, other in operations
            if other is not operation and _leads_on(path, further, made)
        }
        for status, response in operation["responses"].items():
            if SUCCESS.fullmatch(status) and links:
                response["links"] = links
    return result


def _leads_on(path: str, further: str, made: dict[str, str]) -> bool:
    """Whether the second path is that of the thing, or a list that belongs to it."""
    thing = path + "".join(f"/{{{name}}}" for name in made)
    return further == thing or (further.startswith(f"{thing}/") and "{" not in further.removeprefix(thing))


def _link(path: str, operation: dict[str, Any], made: dict[str, str]) -> dict[str, Any]:
    return {
        "operationId": operation["operationId"],
        "parameters": {
            name: f"$response.body#{made[name]}" if name in made else f"$request.path.{name}"
            for name in re.findall(r"\{(\w+)\}", path)
        },
    }
