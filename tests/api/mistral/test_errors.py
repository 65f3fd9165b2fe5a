"""Every refusal has the vendor's shape: `detail` is a list for what is not valid (422), a sentence for the rest."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from rest_framework.exceptions import Throttled

from libraries import errors
from libraries.api.mistral.errors import FIELDS, STATUSES
from tests.api.mistral.bodies import LIBRARIES, NOBODY

PATH = f"{LIBRARIES}/handbook/share"

REFUSED = [
    ("GET", f"{LIBRARIES}/", {}, 404, "Not Found"),
    ("GET", f"{LIBRARIES}/handbook/documents", {}, 404, "Not Found"),
    ("POST", f"{LIBRARIES}/handbook/share/more", {}, 404, "Not Found"),
    ("GET", f"{LIBRARIES}/{NOBODY}", {}, 404, "There is no such library."),
    ("PUT", LIBRARIES, {}, 405, "Method Not Allowed"),
    ("POST", PATH, {}, 405, "Method Not Allowed"),
    ("PATCH", PATH, {}, 405, "Method Not Allowed"),
    ("OPTIONS", PATH, {}, 405, "Method Not Allowed"),
    ("GET", PATH, {"Accept": "text/html"}, 406, "Could not satisfy the request Accept header."),
    ("PUT", PATH, {"content_type": "text/plain"}, 415, "Send the body as JSON, with Content-Type: application/json."),
]


@pytest.mark.parametrize(("method", "path", "headers", "status", "sentence"), REFUSED)
def test_a_refusal_is_a_sentence(client_for, method, path, headers, status, sentence):
    answer = client_for("alice").send(method, path, {}, X_Request_ID="from-a-test", **headers)
    assert (answer.status_code, answer.json()) == (status, {"detail": sentence})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-ID"] == "from-a-test"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_without_a_good_key_it_is_401(client_for, method):
    client = client_for(None)
    answer = client.send(method, PATH)
    assert answer.json() == {"detail": "Authentication credentials were not provided."}
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="sharing"')

    for header, sentence in (
        ("Bearer wrong", "The key is unknown, expired or revoked."),
        ("Basic YTpi", "The Authorization header must read: Bearer KEY."),
    ):
        answer = client.send(method, PATH, Authorization=header)
        assert (answer.status_code, answer.json()) == (401, {"detail": sentence})


def test_an_unknown_path_is_not_found_without_a_key_too(client_for):
    answer = client_for(None).get(f"{LIBRARIES}/handbook/documents")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_a_body_that_is_too_long_is_413(client_for, settings):
    settings.MAX_BODY_BYTES = 100
    answer = client_for("alice").put(PATH, {"level": "x" * 100})
    assert (answer.status_code, answer.json()) == (413, {"detail": "The body is longer than 100 bytes."})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "The body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        (b'{"level": NaN}', "The body is not JSON: NaN is not a JSON number."),
        (b"[" * 100_000, "The body is nested too deeply."),
    ],
)
def test_malformed_json_is_a_validation_error(client_for, body, message):
    answer = client_for("alice").put(PATH, body)
    assert answer.status_code == 422
    assert answer.json() == {"detail": [{"loc": ["body"], "msg": message, "type": "json_invalid"}]}


def test_a_body_that_is_not_utf_8_is_a_validation_error(client_for):
    answer = client_for("alice").put(PATH, b'{"level": "\xff"}')
    [problem] = answer.json()["detail"]
    assert (answer.status_code, problem["loc"], problem["type"]) == (422, ["body"], "json_invalid")


@pytest.mark.parametrize(
    ("accident", "status", "sentence", "retry_after"),
    [
        (Throttled(wait=7), 429, "Request was throttled. Expected available in 7 seconds.", "7"),
        (
            RuntimeError("a secret"),
            500,
            "An error occurred on the server. Quote the request id when you report it.",
            None,
        ),
        (OperationalError("a secret"), 503, "The database cannot be reached. Try again soon.", "1"),
    ],
)
def test_an_accident_tells_no_more_than_it_should(client_for, monkeypatch, accident, status, sentence, retry_after):
    def fail(*arguments: object) -> None:
        raise accident

    client = client_for("alice")
    monkeypatch.setattr("libraries.api.views.get_library_for", fail)
    answer = client.get(PATH)
    assert (answer.status_code, answer.json()) == (status, {"detail": sentence})
    assert answer.headers.get("Retry-After") == retry_after


def test_every_refusal_of_the_core_has_a_status_and_every_422_a_field():
    refusals = {error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, Exception)}
    of_the_core = {error: status for error, status in STATUSES.items() if issubclass(error, errors.SharingError)}
    assert set(of_the_core) == refusals - {errors.SharingError}
    assert {error for error, status in of_the_core.items() if status == 422} == set(FIELDS)
