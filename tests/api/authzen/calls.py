"""The calls, and bodies of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.clients import ApiClient

BASE = "/access/v1"
EVALUATION, EVALUATIONS = f"{BASE}/evaluation", f"{BASE}/evaluations"
SEARCH_SUBJECT, SEARCH_RESOURCE, SEARCH_ACTION = (
    f"{BASE}/search/{entity}" for entity in ("subject", "resource", "action")
)
MAY_NOT_ASK = (
    "To ask about others, you need the permission “check_access” on the library's organization, or to be one of"
    " its administrators."
)
NO_LIBRARY = {"decision": False, "context": {"reason": "There is no such library.", "shares": []}}


def subject(name: str, kind: str = "user") -> dict[str, Any]:
    return {"type": kind, "id": name}


def library(name: str) -> dict[str, Any]:
    return {"type": "library", "id": name}


def asked(who: str, action: str, what: str, kind: str = "user") -> dict[str, Any]:
    """The body of an evaluation."""
    return {"subject": subject(who, kind), "action": {"name": action}, "resource": library(what)}


def whom(action: str, what: str, kind: str = "user", **page: Any) -> dict[str, Any]:
    """The body of a search for subjects."""
    return _paged({"subject": {"type": kind}, "action": {"name": action}, "resource": library(what)}, page)


def which(who: str, action: str, kind: str = "user", **page: Any) -> dict[str, Any]:
    """The body of a search for libraries."""
    return _paged({"subject": subject(who, kind), "action": {"name": action}, "resource": {"type": "library"}}, page)


def what_may(who: str, what: str, kind: str = "user", **page: Any) -> dict[str, Any]:
    """The body of a search for actions."""
    return _paged({"subject": subject(who, kind), "resource": library(what)}, page)


def _paged(body: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    return {**body, "page": page} if page else body


def answer(client: ApiClient, path: str, body: Any) -> Any:
    """The JSON of a 200."""
    response = client.post(path, body)
    assert response.status_code == 200, response.content
    return response.json()


def refusal(client: ApiClient, path: str, body: Any) -> tuple[int, str]:
    response = client.post(path, body)
    return response.status_code, response.json()


def pages(client: ApiClient, path: str, body: dict[str, Any]) -> Iterator[list[Any]]:
    """The results of every page, following the tokens."""
    page = answer(client, path, body)
    yield page["results"]
    while token := page.get("page", {}).get("next_token"):
        page = answer(client, path, {**body, "page": {**body.get("page", {}), "token": token}})
        yield page["results"]
