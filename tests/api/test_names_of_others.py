"""R9, R8: the name of somebody, or of an organization, of whom one may not know is like a name that nobody has.

Alike are the status, the body, the headers, and what it costs. Globex shares within itself, so acme's are none of erin's.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.models import Organization, User
from tests.api.authzen.calls import library, subject

LAB_NOTES = "/api/libraries/lab-notes"
SHARES = f"{LAB_NOTES}/shares"
MISTRAL = "/v1/libraries/lab-notes/share"
LIGHTLY = "/v1/datasets/{lab_notes}/collaboration/access"
GOOGLE = "/v1beta/corpora/lab-notes/permissions"
UNUSED_KEY = "01a1fd6d-4566-7325-9de7-b9d3e818ce42"
READER = {"accessLevel": 1}


def about(name: str, kind: str = "user") -> dict[str, Any]:
    return {"subject": subject(name, kind), "action": {"name": "read"}, "resource": library("lab-notes")}


CALLS: dict[str, tuple[str, str, Any, tuple[str, str]]] = {
    "explain": ("GET", f"{LAB_NOTES}/access/NAME", None, ("alice", "alicf")),
    "get a user's share": ("GET", f"{SHARES}/NAME", None, ("alice", "alicf")),
    "get an organization's": ("GET", f"{SHARES}/org:NAME", None, ("acme", "acmf")),
    "take a user's away": ("DELETE", f"{SHARES}/NAME", None, ("alice", "alicf")),
    "take an organization's away": ("DELETE", f"{SHARES}/org:NAME", None, ("acme", "acmf")),
    "share with a user": ("PUT", f"{SHARES}/NAME", READER, ("alice", "alicf")),
    "share with an organization": ("PUT", f"{SHARES}/org:NAME", READER, ("acme", "acmf")),
    "share with many": ("POST", SHARES, {"shares": [{"principalId": "NAME", **READER}]}, ("alice", "alicf")),
    "share with organizations": ("POST", SHARES, {"shares": [{"principalId": "org:NAME", **READER}]}, ("acme", "acmf")),
    "transfer": ("PUT", f"{LAB_NOTES}/owner", {"username": "NAME"}, ("alice", "alicf")),
    "search shares": ("GET", f"{SHARES}?q=NAME", None, ("alice", "alicf")),
    "search access": ("GET", f"{LAB_NOTES}/access?q=NAME", None, ("alice", "alicf")),
    "search events": ("GET", f"{LAB_NOTES}/events?principal=NAME", None, ("alice", "alicf")),
    "a successor": ("DELETE", "/api/organizations/globex/members/frank?successor=NAME", None, ("alice", "alicf")),
    "a member": ("GET", "/api/organizations/globex/members/NAME", None, ("alice", "alicf")),
    "an organization": ("GET", "/api/organizations/NAME", None, ("acme", "acmf")),
    "mistral, a user": (
        "PUT",
        MISTRAL,
        {"level": "Viewer", "share_with_type": "User", "share_with_uuid": "NAME"},
        ("USER_KEY", UNUSED_KEY),
    ),
    "mistral, an organization": (
        "PUT",
        MISTRAL,
        {"level": "Viewer", "share_with_type": "Org", "share_with_uuid": "NAME"},
        ("ORGANIZATION_KEY", UNUSED_KEY),
    ),
    "lightly, a user": (
        "POST",
        LIGHTLY,
        {"accessType": "READ", "users": ["NAME@acme.example"], "creator": "USER_PIP"},
        ("alice", "alicf"),
    ),
    "lightly, an organization": (
        "POST",
        LIGHTLY,
        {"accessType": "READ", "organizations": ["NAME"], "creator": "USER_PIP"},
        ("ORGANIZATION_KEY", UNUSED_KEY),
    ),
    "google": (
        "POST",
        GOOGLE,
        {"granteeType": "USER", "emailAddress": "NAME@acme.example", "role": "READER"},
        ("alice", "alicf"),
    ),
    "evaluation": ("POST", "/access/v1/evaluation", about("NAME"), ("alice", "alicf")),
    "evaluation by e-mail": ("POST", "/access/v1/evaluation", about("NAME@acme.example"), ("alice", "alicf")),
    "evaluation of a team": ("POST", "/access/v1/evaluation", about("acme/NAME", "team"), ("interns", "internt")),
    "evaluations": ("POST", "/access/v1/evaluations", {"evaluations": [about("NAME")] * 2}, ("alice", "alicf")),
    "actions": ("POST", "/access/v1/search/action", about("NAME"), ("alice", "alicf")),
}


def answered(client: Any, call: tuple[str, str, Any, tuple[str, str]], name: str, lab_notes: Any) -> dict[str, Any]:
    """The answer with the name blotted out, and how many queries it took."""
    method, path, body, _ = call
    keys = {"USER_KEY": str(User.objects.get(username="alice").pk)}
    keys["ORGANIZATION_KEY"] = str(Organization.objects.get(slug="acme").pk)
    name = keys.get(name, name)
    path = path.replace("NAME", name).replace("{lab_notes}", lab_notes.object_id)
    with CaptureQueriesContext(connection) as queries:
        answer = client.send(method, path, _with(body, name), X_Request_ID="the-same-request")
    headers = {key: value for key, value in answer.headers.items() if key != "ETag"}  # of a page, made from its address
    return {
        "status": answer.status_code,
        "body": answer.content.decode().replace(name, "NAME"),
        "headers": str(headers).replace(name, "NAME"),
        "queries": len(queries),
    }


def _with(body: Any, name: str) -> Any:
    match body:
        case dict():
            return {key: _with(value, name) for key, value in body.items()}
        case list():
            return [_with(value, name) for value in body]
        case str():
            return body.replace("NAME", name)
    return body


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_name_that_one_may_not_know_is_answered_like_a_name_that_nobody_has(client_for, lab_notes, call):
    erin = client_for("erin")
    invisible, absent = call[3]
    answered(erin, call, absent, lab_notes)  # what the first call of all looks up once
    seen = answered(erin, call, absent, lab_notes)
    assert answered(erin, call, invisible, lab_notes) == seen
    assert seen["status"] < 500


@pytest.mark.parametrize("name", ["explain", "share with a user"])
def test_whoever_may_know_them_is_answered_otherwise(client_for, lab_notes, name):
    """Else the calls above might be alike because nothing is ever found."""
    call = CALLS[name]
    assert answered(client_for("erin"), call, "frank", lab_notes)["status"] == 200
    assert answered(client_for("erin"), call, "alice", lab_notes)["status"] in (404, 422)
