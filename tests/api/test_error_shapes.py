"""Every dialect refuses in its own shape, whatever was wrong: one table for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.exceptions import Throttled

from libraries.errors import LastOwner

CAROL = "carol@acme.example"


@dataclass(frozen=True)
class Dialect:
    """How the dialect's clients read and change the shares of a library, and what its refusals look like."""

    shares: str
    change: tuple[str, str, Any]
    invalid: Any
    unknown_path: str
    shape: Callable[[Any, int], bool]
    conflicting: Any = None
    """A body that runs into what is there already; without one, the core's own conflict is raised."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Where the dialect's status is not the one that STATUSES has."""
    never: tuple[str, ...] = ()
    """What cannot go wrong in the dialect."""


def is_problem(body: Any, status: int) -> bool:
    return {"type", "title", "status", "detail", "instance"} <= set(body) and body["status"] == status


def is_detail(body: Any, status: int) -> bool:
    return set(body) == {"detail"} and isinstance(body["detail"], list if status == 422 else str)


def is_code_and_error(body: Any, status: int) -> bool:
    return set(body) == {"code", "error", "requestId"} and body["code"].isupper()


def is_status(body: Any, status: int) -> bool:
    error = body["error"]
    return set(body) == {"error"} and error["code"] == status and error["status"].isupper() and bool(error["message"])


def is_message(body: Any, status: int) -> bool:
    return isinstance(body, str) and bool(body)


DIALECTS = {
    "hal": Dialect(
        shares="/api/libraries/{}/shares",
        change=("PUT", "/api/libraries/{}/shares/carol", {"accessLevel": 1}),
        invalid={"accessLevel": 9},
        unknown_path="/api/nothing",
        shape=is_problem,
    ),
    "mistral": Dialect(
        shares="/v1/libraries/{}/share",
        change=(
            "PUT",
            "/v1/libraries/{}/share",
            {"level": "Viewer", "share_with_uuid": "?", "share_with_type": "User"},
        ),
        invalid={"level": "Boss"},
        unknown_path="/v1/libraries/handbook/nothing",
        shape=is_detail,
        statuses={"malformed": 422},
    ),
    "lightly": Dialect(
        shares="/v1/datasets/{}/collaboration/access",
        change=("POST", "/v1/datasets/{}/collaboration/access", {"accessType": "READ", "users": [CAROL]}),
        invalid={"accessType": "OWN"},
        unknown_path="/v1/datasets/handbook/nothing",
        shape=is_code_and_error,
        statuses={"invalid": 400},
    ),
    "google": Dialect(
        shares="/v1beta/corpora/{}/permissions",
        change=(
            "POST",
            "/v1beta/corpora/{}/permissions",
            {"granteeType": "USER", "emailAddress": CAROL, "role": "READER"},
        ),
        invalid={"granteeType": "USER", "emailAddress": CAROL, "role": "BOSS"},
        unknown_path="/v1beta/nothing",
        shape=is_status,
        conflicting={"granteeType": "GROUP", "emailAddress": "engineering@acme.example", "role": "READER"},
        statuses={"invalid": 400},
    ),
    "authzen": Dialect(
        shares="/access/v1/evaluation",
        change=(
            "POST",
            "/access/v1/evaluation",
            {
                "subject": {"type": "user", "id": "carol"},
                "action": {"name": "read"},
                "resource": {"type": "library", "id": "handbook"},
            },
        ),
        invalid={"subject": {"type": "user", "id": "carol"}, "action": {}},
        unknown_path="/access/v1/nothing",
        shape=is_message,
        statuses={"invalid": 400, "wrong media type": 400},
        never=("unknown library", "invisible library"),
    ),
}

STATUSES = {
    "malformed": 400,
    "no key": 401,
    "bad key": 401,
    "an editor oversteps": 403,
    "unknown path": 404,
    "unknown library": 404,
    "invisible library": 404,
    "wrong method": 405,
    "not acceptable": 406,
    "conflict": 409,
    "too long": 413,
    "wrong media type": 415,
    "invalid": 422,
    "too many requests": 429,
    "accident": 500,
    "lost database": 503,
}
RAISED = {
    "conflict": LastOwner("alice", ["handbook"]),
    "too many requests": Throttled(wait=3),
    "accident": RuntimeError("what happened"),
    "lost database": OperationalError("gone"),
}


@pytest.fixture
def provoke(client_for, settings, monkeypatch, carol):
    """Make a call of the dialect go wrong in that way."""

    def provoke(dialect: Dialect, wrong: str) -> Any:
        alice = client_for("alice")
        method, path, body = dialect.change
        path = path.format("handbook")
        body = {**body, "share_with_uuid": str(carol.pk)} if "share_with_uuid" in body else body
        if wrong == "conflict" and dialect.conflicting:
            return alice.send(method, path, dialect.conflicting)
        if wrong in RAISED:
            monkeypatch.setattr("libraries.api.authentication.find_api_key", raising(RAISED[wrong]))
        if wrong == "too long":
            settings.MAX_BODY_BYTES = 10
        match wrong:
            case "malformed":
                return alice.send(method, path, b"{")
            case "no key":
                return client_for(None).get(dialect.shares.format("handbook"))
            case "bad key":
                return client_for(None).get(dialect.shares.format("handbook"), Authorization="Bearer shr_wrong")
            case "an editor oversteps":
                return client_for("bob").send(method, path, body)
            case "unknown path":
                return alice.get(dialect.unknown_path)
            case "unknown library":
                return alice.get(dialect.shares.format("nothing"))
            case "invisible library":
                return alice.get(dialect.shares.format("lab-notes"))
            case "wrong method":
                return alice.send("OPTIONS", path)
            case "not acceptable":
                return alice.get(dialect.shares.format("handbook"), Accept="text/html")
            case "wrong media type":
                return alice.send(method, path, body, content_type="text/plain")
            case "invalid":
                return alice.send(method, path, dialect.invalid)
            case _:
                return alice.send(method, path, body)

    return provoke


def raising(error: Exception) -> Callable[[str], None]:
    def find(secret: str) -> None:
        raise error

    return find


@pytest.mark.parametrize(
    ("name", "wrong"),
    [(name, wrong) for name, dialect in DIALECTS.items() for wrong in STATUSES if wrong not in dialect.never],
)
def test_it_refuses_in_its_own_shape(provoke, name, wrong):
    dialect = DIALECTS[name]
    status = dialect.statuses.get(wrong, STATUSES[wrong])

    answer = provoke(dialect, wrong)

    assert answer.status_code == status
    assert dialect.shape(answer.json(), status)
    assert "what happened" not in answer.content.decode()
    assert answer.headers["X-Request-ID"]
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    assert ("Retry-After" in answer.headers) == (status in (429, 503))


@pytest.mark.parametrize("name", DIALECTS)
def test_the_same_call_works_when_nothing_is_wrong(provoke, name):
    assert provoke(DIALECTS[name], "nothing").status_code in (200, 201)


@pytest.mark.parametrize("name", [name for name, dialect in DIALECTS.items() if not dialect.never])
def test_what_one_may_not_see_looks_like_what_does_not_exist(provoke, name):
    unknown, invisible = (provoke(DIALECTS[name], wrong) for wrong in ("unknown library", "invisible library"))
    bodies = [
        {key: value for key, value in answer.json().items() if key not in ("instance", "requestId")}
        for answer in (unknown, invisible)
    ]
    assert bodies[0] == bodies[1]
