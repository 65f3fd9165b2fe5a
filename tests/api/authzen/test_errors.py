"""Every refusal is a message as a JSON string."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.exceptions import Throttled

from libraries import errors
from libraries.api.authzen.errors import STATUSES
from libraries.models import Scope
from tests.api.authzen.calls import (
    EVALUATION,
    EVALUATIONS,
    SEARCH_ACTION,
    SEARCH_RESOURCE,
    SEARCH_SUBJECT,
    asked,
)

ENDPOINTS = [EVALUATION, EVALUATIONS, SEARCH_SUBJECT, SEARCH_RESOURCE, SEARCH_ACTION]
BODY = asked("bob", "read", "handbook")


def assert_refusal(answer: Any, status: int, message: str) -> None:
    assert (answer.status_code, answer.json()) == (status, message)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ENDPOINTS)
def test_without_a_good_key_it_is_401(client_for, path):
    client = client_for(None)
    answer = client.post(path, BODY)
    assert_refusal(answer, 401, "Authentication credentials were not provided.")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sharing"'
    answer = client.post(path, BODY, Authorization="Bearer shr_wrong")
    assert_refusal(answer, 401, "The key is unknown, expired or revoked.")


@pytest.mark.parametrize("path", ENDPOINTS)
def test_the_scope_comes_before_the_body(client_for, path):
    answer = client_for("alice", Scope.LIBRARY_READ, Scope.LIBRARY_WRITE).post(path, b"{")
    assert_refusal(answer, 403, "The key lacks the scope access:check.")


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_than_post_is_405(client_for, path, method):
    assert_refusal(client_for("alice").send(method, path, BODY), 405, f'Method "{method}" not allowed.')


@pytest.mark.parametrize("path", ["/access/v1/", "/access/v1/nothing", "/access/v1/evaluation/", "/access/v1/search"])
def test_an_unknown_path_is_404_whoever_asks(client_for, path):
    for client in (client_for(None), client_for("alice")):
        for method in ("GET", "POST"):
            assert_refusal(client.send(method, path, BODY), 404, "There is nothing at this path.")


@pytest.mark.parametrize("path", ENDPOINTS)
def test_another_media_type_than_json_is_400_or_406(client_for, path):
    alice = client_for("alice")
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        answer = alice.post(path, BODY, content_type=media_type)
        assert_refusal(answer, 400, "Send the body as JSON, with Content-Type: application/json.")
    answer = alice.post(path, BODY, Accept="text/html")
    assert_refusal(answer, 406, "Could not satisfy the request Accept header.")


def test_a_body_that_is_too_long_is_413(client_for, settings):
    settings.MAX_BODY_BYTES = 100
    answer = client_for("alice").post(EVALUATION, {"subject": "x" * 100})
    assert_refusal(answer, 413, "The body is longer than 100 bytes.")


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "The body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        (b'{"subject": NaN}', "The body is not JSON: NaN is not a JSON number."),
        (b'"\xff"', "The body is not UTF-8."),
        (b"[" * 100_000, "The body is nested too deeply."),
        (b'{"a": 1, "a": 2}', 'The body is ambiguous: one of its objects has the key "a" twice.'),
    ],
)
def test_a_body_that_cannot_be_read_is_400(client_for, path, body, message):
    assert_refusal(client_for("alice").post(path, body), 400, message)


@pytest.mark.parametrize(
    ("accident", "status", "message", "retry_after"),
    [
        (Throttled(wait=7), 429, "Request was throttled. Expected available in 7 seconds.", "7"),
        (RuntimeError("a secret"), 500, "Something went wrong here. Quote the request id when you report it.", None),
        (OperationalError("a secret"), 503, "The database cannot be reached. Try again soon.", "1"),
    ],
)
def test_an_accident_tells_no_more_than_it_should(client_for, monkeypatch, accident, status, message, retry_after):
    def fail(*arguments: object, **options: object) -> None:
        raise accident

    monkeypatch.setattr("libraries.api.authzen.evaluations.decide", fail)
    alice = client_for("alice")
    for path, body in ((EVALUATION, BODY), (EVALUATIONS, {"evaluations": [BODY]})):
        answer = alice.post(path, body)
        assert_refusal(answer, status, message)
        assert answer.headers.get("Retry-After") == retry_after


def test_every_refusal_of_the_core_has_a_status():
    refusals = {error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, Exception)}
    of_the_core = {error for error in STATUSES if issubclass(error, errors.SharingError)}
    assert of_the_core == refusals - {errors.SharingError}


@pytest.mark.parametrize("path", [*ENDPOINTS, "/access/v1/nothing", "/.well-known/authzen-configuration"])
def test_the_request_id_is_echoed(client_for, path):
    for client in (client_for(None), client_for("alice")):
        assert client.post(path, BODY, X_Request_ID="from-a-test").headers["X-Request-ID"] == "from-a-test"
    assert client_for("alice").post(path, BODY).headers["X-Request-ID"]
