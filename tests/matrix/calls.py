"""Every call about a library, and what the rules ask of its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from libraries.api.lightly.configs import config_id
from libraries.models import Library, Scope, Share
from libraries.rules.levels import Action
from tests.matrix.cast import identifiers, newcomer, reader_of

READ, WRITE, ASK = Scope.LIBRARY_READ, Scope.LIBRARY_WRITE, Scope.ACCESS_CHECK


@dataclass(frozen=True)
class About:
    """What one cell is about: the target, the library under one of its names, and a share of it."""

    target: str
    library: Library
    identifier: str
    share: Share

    @property
    def names_in_paths(self) -> tuple[str, ...]:
        """What the caller says, and an answer may repeat."""
        return self.identifier, self.share.pk.hex, f"/shares/{self.reader}", config_id(self.library, "READ")

    @property
    def newcomer(self) -> str:
        return newcomer(self.target).username

    @property
    def reader(self) -> str:
        return reader_of(self.target).username


@dataclass(frozen=True)
class Call:
    """path, body: what is sent. scope: what the key must carry.

    needs: what the rules ask for; who may not see the library gets a 404, who sees it but may not do that a 403.
    ok: the status for who may. names: the forms of the library's name that are tried.
    """

    name: str
    method: str
    path: Callable[[About], str]
    needs: Action
    scope: Scope
    ok: int = 200
    body: Callable[[About], Any] = lambda about: None
    names: tuple[str, ...] = ("UUID", "natural id", "object id")

    def __str__(self) -> str:
        return f"{self.method} {self.name}"


def _hal(method: str, below: str, needs: Action, ok: int = 200, body: Any = None) -> Call:
    scope = READ if method == "GET" else WRITE

    def path(about: About) -> str:
        filled = below.format(reader=about.reader, me="{me}")
        return f"/api/libraries/{about.identifier}{filled}"

    return Call(f"hal{below}", method, path, needs, scope, ok, body or (lambda about: None))


def _share_of_newcomer(about: About) -> Any:
    return {"shares": [{"principalId": about.newcomer, "accessLevel": 1}], "dryRun": True}


HAL = (
    _hal("GET", "", Action.VIEW),
    _hal("PATCH", "", Action.CHANGE, 200, lambda about: {"description": "New"}),
    _hal("DELETE", "", Action.DELETE, 204),
    _hal("GET", "/shares", Action.VIEW_SHARES),
    _hal("POST", "/shares", Action.SHARE, 200, _share_of_newcomer),
    _hal("GET", "/shares/{reader}", Action.VIEW_SHARES),
    _hal("PUT", "/shares/{reader}", Action.SHARE, 200, lambda about: {"accessLevel": 1, "note": "New"}),
    _hal("DELETE", "/shares/{reader}", Action.SHARE, 204),
    _hal("GET", "/owner", Action.VIEW_SHARES),
    _hal("PUT", "/owner", Action.TRANSFER, 200, lambda about: {"username": about.newcomer}),
    _hal("GET", "/access", Action.VIEW_SHARES),
    _hal("GET", "/access/{me}", Action.VIEW),
    _hal("GET", "/events", Action.VIEW_EVENTS),
)


def _mistral(method: str, below: str, needs: Action, body: Any = None) -> Call:
    return Call(
        f"mistral{below}",
        method,
        lambda about: f"/v1/libraries/{about.identifier}{below}",
        needs,
        READ if method == "GET" else WRITE,
        200,
        body or (lambda about: None),
    )


def _named(kind: str) -> Callable[[About], Any]:
    def body(about: About) -> Any:
        user = newcomer(about.target) if kind == "newcomer" else reader_of(about.target)
        level = {"level": "Viewer"} if kind == "newcomer" else {}
        return {**level, "share_with_uuid": str(user.pk), "share_with_type": "User"}

    return body


MISTRAL = (
    _mistral("GET", "", Action.VIEW),
    _mistral("PUT", "", Action.CHANGE, lambda about: {"name": "New"}),
    _mistral("PATCH", "", Action.CHANGE, lambda about: {"name": "New"}),
    _mistral("DELETE", "", Action.DELETE),
    _mistral("GET", "/share", Action.VIEW_SHARES),
    _mistral("PUT", "/share", Action.SHARE, _named("newcomer")),
    _mistral("DELETE", "/share", Action.SHARE, _named("reader")),
)


def _configs(about: About) -> str:
    return f"/v1/datasets/{about.identifier}/collaboration/access"


LIGHTLY = (
    Call("lightly/dataset", "GET", lambda about: f"/v1/datasets/{about.identifier}", Action.VIEW, READ),
    Call("lightly/configs", "GET", _configs, Action.VIEW_SHARES, READ),
    Call(
        "lightly/configs",
        "POST",
        _configs,
        Action.SHARE,
        WRITE,
        201,
        lambda about: {"accessType": "WRITE", "users": [newcomer(about.target).email]},
    ),
    Call(
        "lightly/config",
        "DELETE",
        lambda about: f"{_configs(about)}/{config_id(about.library, 'READ')}",
        Action.SHARE,
        WRITE,
    ),
)


def _google(collection: str) -> tuple[Call, ...]:
    def path(below: str) -> Callable[[About], str]:
        return lambda about: f"/v1beta/{collection}/{about.identifier}{below}".format(share=about.share.pk.hex)

    def permission(about: About) -> Any:
        return {"granteeType": "USER", "emailAddress": newcomer(about.target).email, "role": "READER"}

    one, all_of_them = f"{collection}/permission", f"{collection}/permissions"
    share, library = path("/permissions/{share}"), path("")
    transfer = Call(
        f"{collection}:transferOwnership",
        "POST",
        path(":transferOwnership"),
        Action.TRANSFER,
        WRITE,
        200,
        lambda about: {"emailAddress": newcomer(about.target).email},
    )
    return (
        Call(all_of_them, "GET", path("/permissions"), Action.VIEW_SHARES, READ),
        Call(all_of_them, "POST", path("/permissions"), Action.SHARE, WRITE, 200, permission),
        Call(one, "GET", share, Action.VIEW_SHARES, READ),
        Call(one, "PATCH", path("/permissions/{share}?updateMask=role"), Action.SHARE, WRITE, 200, _reader),
        Call(one, "DELETE", share, Action.SHARE, WRITE),
        transfer,
        Call(collection, "GET", library, Action.VIEW, READ),
        Call(
            collection,
            "PATCH",
            path("?updateMask=displayName"),
            Action.CHANGE,
            WRITE,
            200,
            lambda about: {"displayName": "New"},
        ),
        Call(collection, "DELETE", path("?force=true"), Action.DELETE, WRITE),
    )


def _reader(about: About) -> Any:
    return {"role": "READER"}


GOOGLE = (*_google("corpora"), *_google("tunedModels"))
CALLS = (*HAL, *MISTRAL, *LIGHTLY, *GOOGLE)


def about(target: str, library: Library, form: str, share: Share) -> About:
    return About(target, library, identifiers(library)[form], share)
