"""Every call of the native API, by its operation id, as alice may make it of the demo world."""

from __future__ import annotations

from typing import Any, NamedTuple

from libraries.models import (
    ApiKey,
    Event,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Scope,
    Share,
)

HANDBOOK = "/api/libraries/handbook"
SHARES = f"{HANDBOOK}/shares"


class Call(NamedTuple):
    method: str
    path: str
    body: dict[str, Any] | None = None
    status: int = 200
    read_scope: Scope = Scope.LIBRARY_READ

    @property
    def writes(self) -> bool:
        return self.method != "GET"


CALLS = {
    "getRoot": Call("GET", "/api/"),
    "getMe": Call("GET", "/api/me"),
    "listLibraries": Call("GET", "/api/libraries"),
    "createLibrary": Call("POST", "/api/libraries", {"name": "Atlas"}, 201),
    "getLibrary": Call("GET", HANDBOOK),
    "patchLibrary": Call("PATCH", HANDBOOK, {"description": "How we work"}),
    "deleteLibrary": Call("DELETE", HANDBOOK, None, 204),
    "listShares": Call("GET", SHARES),
    "getShare": Call("GET", f"{SHARES}/team:engineering"),
    "putShare": Call("PUT", f"{SHARES}/bob", {"accessLevel": 1}),
    "deleteShare": Call("DELETE", f"{SHARES}/org:acme", None, 204),
    "listLibraryEvents": Call("GET", f"{HANDBOOK}/events"),
    "listEvents": Call("GET", "/api/events", read_scope=Scope.ORGANIZATION_ADMIN),
}
READING = {name: call for name, call in CALLS.items() if not call.writes}
WRITING = {name: call for name, call in CALLS.items() if call.writes}
ON_A_LIBRARY = {name: call for name, call in CALLS.items() if call.path.startswith(HANDBOOK)}


def snapshot() -> dict[str, list[Any]]:
    """Everything that a call can change: equal before and after, it changed nothing."""
    tables = (Library, Share, LibraryUserObjectPermission, LibraryGroupObjectPermission, Event, ApiKey)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}
