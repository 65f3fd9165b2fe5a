"""Every call of the native API, by its operation id, as alice may make it of the demo world."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from libraries.models import (
    ApiKey,
    Event,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Organization,
    OrganizationUserObjectPermission,
    Scope,
    Share,
    Team,
    User,
)

HANDBOOK = "/api/libraries/handbook"
SHARES = f"{HANDBOOK}/shares"
ACME = "/api/organizations/acme"
ENGINEERING = f"{ACME}/teams/engineering"
OLD_KEY = UUID("01900000-0000-7000-8000-000000000000")
KEY = f"/api/keys/{OLD_KEY}"
ROBOT = f"{ACME}/service-accounts/robot"
ROBOTS_KEY = UUID("01900000-0000-7000-8000-000000000001")
INITECH = {"slug": "initech", "name": "Initech"}


class Call(NamedTuple):
    """scope: what the key must carry; `library:read` or `library:write` if it is left out.

    caller: who may make the call, if not alice. also: a second scope that the key must carry.
    """

    method: str
    path: str
    body: dict[str, Any] | None = None
    status: int = 200
    scope: Scope | str = ""
    caller: str = "alice"
    also: Scope | None = None

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def needed_scope(self) -> Scope:
        return Scope(self.scope or (Scope.LIBRARY_WRITE if self.writes else Scope.LIBRARY_READ))

    @property
    def creates(self) -> bool:
        """Nothing is there yet that a condition could be about."""
        return self.method == "POST"


_ADMIN: dict[str, Any] = {"scope": Scope.ORGANIZATION_ADMIN}
_KEYS: dict[str, Any] = {**_ADMIN, "also": Scope.KEY_MANAGE}
OF_SERVICE_ACCOUNTS = {
    "listServiceAccounts": Call("GET", f"{ACME}/service-accounts", **_ADMIN),
    "createServiceAccount": Call("POST", f"{ACME}/service-accounts", {"name": "gateway"}, 201, **_ADMIN),
    "getServiceAccount": Call("GET", ROBOT, **_ADMIN),
    "patchServiceAccount": Call("PATCH", ROBOT, {"displayName": "Bot"}, **_ADMIN),
    "deleteServiceAccount": Call("DELETE", ROBOT, None, 204, **_ADMIN),
    "listServiceAccountKeys": Call("GET", f"{ROBOT}/keys", **_KEYS),
    "createServiceAccountKey": Call(
        "POST", f"{ROBOT}/keys", {"name": "ci", "scopes": ["organization:admin"]}, 201, **_KEYS
    ),
    "getServiceAccountKey": Call("GET", f"{ROBOT}/keys/{ROBOTS_KEY}", **_KEYS),
    "deleteServiceAccountKey": Call("DELETE", f"{ROBOT}/keys/{ROBOTS_KEY}", None, 204, **_KEYS),
}
CALLS = {
    "getRoot": Call("GET", "/api/"),
    "getMe": Call("GET", "/api/me"),
    "patchMe": Call("PATCH", "/api/me", {"defaultOrganization": "acme"}),
    "listKeys": Call("GET", "/api/keys", scope=Scope.KEY_MANAGE),
    "createKey": Call("POST", "/api/keys", {"name": "laptop", "scopes": ["library:read"]}, 201, Scope.KEY_MANAGE),
    "getKey": Call("GET", KEY, scope=Scope.KEY_MANAGE),
    "deleteKey": Call("DELETE", KEY, None, 204, Scope.KEY_MANAGE),
    "listLibraries": Call("GET", "/api/libraries"),
    "createLibrary": Call("POST", "/api/libraries", {"name": "Atlas"}, 201),
    "getLibrary": Call("GET", HANDBOOK),
    "patchLibrary": Call("PATCH", HANDBOOK, {"description": "How we work"}),
    "deleteLibrary": Call("DELETE", HANDBOOK, None, 204),
    "listShares": Call("GET", SHARES),
    "postShares": Call(
        "POST",
        SHARES,
        {"shares": [{"principalId": "bob", "accessLevel": 1}, {"principalId": "org:acme", "accessLevel": None}]},
    ),
    "getShare": Call("GET", f"{SHARES}/team:engineering"),
    "putShare": Call("PUT", f"{SHARES}/bob", {"accessLevel": 1}),
    "deleteShare": Call("DELETE", f"{SHARES}/org:acme", None, 204),
    "getOwner": Call("GET", f"{HANDBOOK}/owner"),
    "putOwner": Call("PUT", f"{HANDBOOK}/owner", {"username": "bob"}),
    "listAccess": Call("GET", f"{HANDBOOK}/access"),
    "getAccess": Call("GET", f"{HANDBOOK}/access/bob"),
    "listOrganizations": Call("GET", "/api/organizations"),
    "createOrganization": Call("POST", "/api/organizations", INITECH, 201, Scope.ORGANIZATION_ADMIN, "admin"),
    "getOrganization": Call("GET", ACME),
    "patchOrganization": Call("PATCH", ACME, {"name": "ACME"}, 200, Scope.ORGANIZATION_ADMIN),
    "listOrganizationLibraries": Call("GET", f"{ACME}/libraries"),
    "listMembers": Call("GET", f"{ACME}/members"),
    "getMember": Call("GET", f"{ACME}/members/bob"),
    "putMember": Call("PUT", f"{ACME}/members/bob", {"administrator": True}, 200, Scope.ORGANIZATION_ADMIN),
    "deleteMember": Call("DELETE", f"{ACME}/members/carol", None, 204, Scope.ORGANIZATION_ADMIN),
    "listTeams": Call("GET", f"{ACME}/teams"),
    "getTeam": Call("GET", ENGINEERING),
    "putTeam": Call("PUT", ENGINEERING, {"name": "Engineers"}, 200, Scope.ORGANIZATION_ADMIN),
    "deleteTeam": Call("DELETE", ENGINEERING, None, 204, Scope.ORGANIZATION_ADMIN),
    "listTeamMembers": Call("GET", f"{ENGINEERING}/members"),
    "getTeamMember": Call("GET", f"{ENGINEERING}/members/bob"),
    "putTeamMember": Call("PUT", f"{ENGINEERING}/members/dave", {}, 200, Scope.ORGANIZATION_ADMIN),
    "deleteTeamMember": Call("DELETE", f"{ENGINEERING}/members/bob", None, 204, Scope.ORGANIZATION_ADMIN),
    **OF_SERVICE_ACCOUNTS,
    "listLibraryEvents": Call("GET", f"{HANDBOOK}/events"),
    "listEvents": Call("GET", "/api/events", scope=Scope.ORGANIZATION_ADMIN),
}
READING = {name: call for name, call in CALLS.items() if not call.writes}
WRITING = {name: call for name, call in CALLS.items() if call.writes}
SAMPLE = {name: CALLS[name] for name in ("listShares", "putShare", "deleteLibrary", "createKey")}
"""One of each kind, for what tests/api/test_structure.py shows to be the same for all."""
WITHIN_ACME = {name: call for name, call in CALLS.items() if call.path.startswith((HANDBOOK, ACME))}
"""To frank there is none of these."""


def snapshot() -> dict[str, list[Any]]:
    """Everything that a call can change: equal before and after, it changed nothing."""
    tables = (
        *(Library, Share, LibraryUserObjectPermission, LibraryGroupObjectPermission, Event, ApiKey),
        *(Organization, OrganizationUserObjectPermission, Team, User, User.groups.through),
    )
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}
