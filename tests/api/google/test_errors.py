"""Every refusal is a google.rpc.Status."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from rest_framework.exceptions import Throttled

from libraries import errors
from libraries.api.google.errors import CODES, FIELDS, STATUSES
from libraries.models import Scope
from tests.api.google.bodies import error, violation

PATH = "/v1beta/corpora/handbook/permissions"


def test_without_a_key_it_is_401(client_for, handbook):
    answer = client_for(None).get(PATH)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sharing"'
    assert answer.json() == error(401, "UNAUTHENTICATED", "Authentication credentials were not provided.")


def test_without_the_scope_it_is_403_before_anything_is_looked_at(client_for, handbook):
    reader, writer = client_for("dave", Scope.LIBRARY_READ), client_for("dave", Scope.LIBRARY_WRITE)
    nowhere = "/v1beta/corpora/nowhere"

    for answer in (
        reader.post(PATH, b"{"),
        reader.patch(f"{PATH}/nonsense", b"{"),
        reader.delete(f"{PATH}/nonsense"),
        reader.post(f"{nowhere}:transferOwnership", b"{"),
        reader.post("/v1beta/corpora", b"{"),
        reader.patch(nowhere),
        reader.delete(nowhere),
    ):
        assert answer.status_code == 403
        assert answer.json() == error(403, "PERMISSION_DENIED", "The key lacks the scope library:write.")
    for path in (PATH, f"{PATH}/nonsense", nowhere, "/v1beta/corpora", "/v1beta/tunedModels/nowhere"):
        answer = writer.get(path)
        assert answer.status_code == 403
        assert answer.json() == error(403, "PERMISSION_DENIED", "The key lacks the scope library:read.")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "corpora/",
        "corpora/handbook/",
        "corpora/handbook/permissions/",
        "corpora/handbook/permissions/a/b",
        "corpora/handbook/permissions/a:b",
        "corpora/handbook/documents",
        "corpora/handbook:query",
        "corpora/handbook/permissions%0A",
        "models/handbook",
        "nonsense",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_an_unknown_path_is_404_whoever_asks(client_for, handbook, path, method):
    for username in ("alice", None):
        answer = client_for(username).send(method, f"/v1beta/{path}")
        assert answer.status_code == 404
        assert answer.json() == error(404, "NOT_FOUND", "There is nothing at this path.")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", PATH),
        ("DELETE", PATH),
        ("POST", f"{PATH}/nonsense"),
        ("PUT", "/v1beta/corpora/handbook"),
        ("DELETE", "/v1beta/corpora"),
        ("OPTIONS", PATH),
        ("GET", "/v1beta/corpora/handbook:transferOwnership"),
    ],
)
def test_an_unknown_method_is_405(client_for, handbook, method, path):
    answer = client_for("alice").send(method, path)

    assert answer.status_code == 405
    assert answer.json() == error(405, "UNIMPLEMENTED", f'Method "{method}" not allowed.')
    assert method not in answer.headers["Allow"].replace("OPTIONS", "" if method == "OPTIONS" else "OPTIONS")


def test_another_media_type_than_json_is_406_or_415(client_for, handbook):
    alice = client_for("alice")

    answer = alice.get(PATH, Accept="text/html")
    assert answer.status_code == 406
    assert answer.json() == error(406, "INVALID_ARGUMENT", "Could not satisfy the request Accept header.")

    answer = alice.send("POST", PATH, b"role=READER", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415
    assert answer.json() == error(
        415, "INVALID_ARGUMENT", "Send the body as JSON, with Content-Type: application/json."
    )


def test_a_content_type_without_a_body_is_accepted(client_for, handbook, press_kit):
    alice = client_for("alice")
    name = alice.get(PATH).json()["permissions"][1]["name"]

    for content_type in ("application/json", "text/plain", ""):
        assert alice.send("GET", PATH, content_type=content_type).status_code == 200
    assert alice.send("DELETE", f"/v1beta/{name}", content_type="application/json").status_code == 200


def test_a_body_that_is_too_long_is_413(client_for, handbook, settings):
    settings.MAX_BODY_BYTES = 20

    answer = client_for("alice").post(PATH, {"granteeType": "EVERYONE", "role": "READER"})

    assert answer.status_code == 413
    assert answer.json() == error(413, "INVALID_ARGUMENT", "The body is longer than 20 bytes.")


@pytest.mark.parametrize("body", [b"{", b"nonsense", b"\xff", b'{"role": NaN}', b"[" * 100_000, b"{}{}"])
def test_malformed_json_is_400(client_for, handbook, body):
    answer = client_for("alice").post(PATH, body)

    message = answer.json()["error"]["message"]
    assert answer.status_code == 400
    assert message.startswith(("The body is not JSON: ", "The body is not UTF-8", "The body is nested too deeply."))
    assert answer.json() == error(400, "INVALID_ARGUMENT", message, violation(message))


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_a_body_that_is_no_object_is_400(client_for, handbook, body):
    for path in (PATH, "/v1beta/corpora", "/v1beta/corpora/handbook:transferOwnership"):
        answer = client_for("alice").post(path, body)
        message = answer.json()["error"]["message"]
        assert answer.status_code == 400
        assert answer.json() == error(400, "INVALID_ARGUMENT", message, violation(message))


@pytest.mark.parametrize(
    ("accident", "code", "status", "headers"),
    [
        (Throttled(wait=7), 429, "RESOURCE_EXHAUSTED", {"Retry-After": "7"}),
        (OperationalError("host db.internal"), 503, "UNAVAILABLE", {"Retry-After": "1"}),
        (RuntimeError("secret"), 500, "INTERNAL", {}),
    ],
)
def test_accidents_keep_the_shape_and_say_nothing_of_their_cause(
    client_for, handbook, monkeypatch, accident, code, status, headers
):
    def fail(*args, **options):
        raise accident

    monkeypatch.setattr("libraries.api.views.get_library_for", fail)
    answer = client_for("alice").get(PATH)

    message = answer.json()["error"]["message"]
    assert answer.status_code == code
    assert answer.json() == error(code, status, message)
    assert "secret" not in message and "internal" not in message
    assert {name: answer.headers[name] for name in headers} == headers


def subclasses(kind):
    for subclass in kind.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def test_every_error_of_the_core_has_a_status_and_every_400_a_field_or_a_state():
    core = {kind for kind in subclasses(errors.SharingError) if kind.__module__ == errors.__name__}

    assert core <= set(STATUSES)
    assert set(STATUSES.values()) <= set(CODES)
    assert set(FIELDS) <= {kind for kind, status in STATUSES.items() if status == 400}


def test_every_answer_carries_the_request_id(client_for, handbook):
    for path in (PATH, "/v1beta/nonsense", "/v1beta/corpora/nowhere"):
        assert client_for("alice").get(path, X_Request_ID="mine").headers["X-Request-ID"] == "mine"
