"""HEAD, methods, media types and headers: what HTTP promises of every call."""

import pytest

from tests.api.hal.calls import CALLS, KEY, READING, SAMPLE, snapshot
from tests.api.hal.documents import problem

ALLOWED = {
    "/api/": "GET, HEAD",
    "/api/me": "GET, HEAD, PATCH",
    "/api/libraries": "GET, HEAD, POST",
    "/api/keys": "GET, HEAD, POST",
    KEY: "GET, HEAD, DELETE",
    "/api/libraries/handbook": "GET, HEAD, PATCH, DELETE",
    "/api/libraries/handbook/shares": "GET, HEAD, POST",
    "/api/libraries/handbook/shares/bob": "GET, HEAD, PUT, DELETE",
    "/api/libraries/handbook/owner": "GET, HEAD, PUT",
    "/api/libraries/handbook/access": "GET, HEAD",
    "/api/libraries/handbook/access/bob": "GET, HEAD",
    "/api/organizations": "GET, HEAD, POST",
    "/api/organizations/acme": "GET, HEAD, PATCH",
    "/api/organizations/acme/libraries": "GET, HEAD",
    "/api/organizations/acme/members": "GET, HEAD",
    "/api/organizations/acme/members/bob": "GET, HEAD, PUT, DELETE",
    "/api/organizations/acme/teams": "GET, HEAD",
    "/api/organizations/acme/teams/engineering": "GET, HEAD, PUT, DELETE",
    "/api/organizations/acme/teams/engineering/members": "GET, HEAD",
    "/api/organizations/acme/teams/engineering/members/bob": "GET, HEAD, PUT, DELETE",
    "/api/schema/": "GET, HEAD",
    "/api/docs/": "GET, HEAD",
}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
WITH_A_BODY = {name: call for name, call in SAMPLE.items() if call.body}


@pytest.mark.parametrize("call", READING.values(), ids=READING)
def test_head_is_get_without_the_body(client_for, call):
    client = client_for(call.caller)
    got, headed = client.get(call.path), client.send("HEAD", call.path)
    assert (headed.status_code, headed.content) == (200, b"")
    for header in ("Content-Type", "ETag", "Cache-Control", "Vary", "Allow"):
        assert headed.headers[header] == got.headers[header]


def test_head_says_what_get_would(client_for):
    client = client_for("frank")
    assert client.send("HEAD", "/api/libraries/handbook").status_code == 404
    assert client.send("HEAD", "/api/libraries/press-kit/shares").status_code == 403
    assert client.send("HEAD", "/api/libraries?count=0").status_code == 422
    assert client.send("HEAD", "/api/nothing").status_code == 404


@pytest.mark.parametrize(("path", "allowed"), ALLOWED.items())
def test_a_method_that_is_not_there_is_answered_with_those_that_are(client_for, path, allowed):
    client = client_for("alice")
    before = snapshot()
    for method in set(METHODS) - set(allowed.split(", ")):
        answer = client.send(method, path, {})
        assert answer.status_code == 405
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Allow"] == allowed
        assert answer.json() == problem(405, f'Method "{method}" not allowed.', path)
    assert snapshot() == before


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/*",
        "application/hal+json",
        "application/json",
        "application/json; charset=utf-8",
        "text/html, application/xhtml+xml, */*;q=0.8",
        "application/problem+json, application/json;q=0.9",
    ],
)
def test_it_serves_hal_to_whoever_takes_json(client_for, accept):
    answer = client_for("alice").get("/api/me", Accept=accept)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == "application/hal+json"
    assert answer.json()["username"] == "alice"


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/*", "garbage", ";;;", "application", "\xff"])
def test_it_serves_nothing_else(client_for, accept):
    clients = {call.caller: client_for(call.caller) for call in CALLS.values()}
    before = snapshot()
    for call in CALLS.values():
        answer = clients[call.caller].send(call.method, call.path, call.body, Accept=accept)
        assert answer.status_code == 406
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json() == problem(406, "Could not satisfy the request Accept header.", call.path)
    assert snapshot() == before


@pytest.mark.parametrize("call", WITH_A_BODY.values(), ids=WITH_A_BODY)
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/hal+json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=x"],
)
def test_it_takes_json(client_for, call, content_type):
    answer = client_for(call.caller).send(call.method, call.path, call.body, content_type=content_type)
    assert answer.status_code == call.status


@pytest.mark.parametrize("call", WITH_A_BODY.values(), ids=WITH_A_BODY)
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/jsonp",
        "json",
        ";",
        "",
        "x" * 5000,
    ],
    ids=lambda content_type: content_type[:20],
)
def test_it_takes_nothing_else_and_says_what_to_send(client_for, call, content_type):
    client = client_for(call.caller)
    before = snapshot()
    answer = client.send(call.method, call.path, call.body, content_type=content_type)
    assert answer.status_code == 415
    assert answer.headers["Accept"] == "application/json"
    detail = "Send the body as JSON, with Content-Type: application/json."
    assert answer.json() == problem(415, detail, call.path)
    assert snapshot() == before


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_cache_may_share_an_answer(client_for, call):
    for answer in (
        client_for(call.caller).send(call.method, call.path, call.body),
        client_for(None).send(call.method, call.path, call.body),
    ):
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Authorization" in answer.headers["Vary"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
