"""“ApiErrorResponse”: the one shape of every refusal, `{"code", "error", "requestId"}`."""

import pytest
from django.db import OperationalError
from rest_framework.exceptions import Throttled

from libraries import errors
from libraries.api.lightly.errors import CODES, STATUSES
from libraries.models import Scope
from libraries.rules.levels import Level
from tests.api.lightly.calls import NOWHERE, config_path, configs_path
from tests.clients import ApiClient

BODY = {"accessType": "READ", "users": ["frank@globex.example"]}


def assert_refusal(answer, status, code, error=None):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert body == {"code": code, "error": error or body["error"], "requestId": answer.headers["X-Request-ID"]}
    assert isinstance(body["error"], str) and body["error"]


def test_a_request_without_a_key_is_401(handbook):
    """“401 | Unauthorized to access this resource”"""
    anonymous = ApiClient(None)

    for answer in (
        anonymous.get(configs_path(handbook)),
        anonymous.post(configs_path(handbook), BODY),
        anonymous.delete(config_path(handbook, NOWHERE)),
        anonymous.get(configs_path(NOWHERE)),
    ):
        assert_refusal(answer, 401, "UNAUTHORIZED", "Authentication credentials were not provided.")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sharing"'


@pytest.mark.parametrize("key", ["wrong", "shr_" + "0" * 46])
def test_a_wrong_key_is_401(handbook, key):
    answer = ApiClient(key).get(configs_path(handbook))

    assert_refusal(answer, 401, "UNAUTHORIZED", "The key is unknown, expired or revoked.")


def test_what_one_sees_but_may_not_do_is_403(client_for, handbook):
    """“403 | Access is forbidden”"""
    bob = client_for("bob")

    for answer in (bob.post(configs_path(handbook), BODY), bob.delete(config_path(handbook, NOWHERE))):
        assert_refusal(answer, 403, "FORBIDDEN", "You may not share this library. Ask an owner of it.")


def test_an_unknown_dataset_is_404(client_for, handbook):
    """“404 | The specified resource was not found”"""
    for username, library in [("alice", NOWHERE), ("alice", "no-such-name"), ("alice", "%00"), ("dave", handbook)]:
        client = client_for(username)
        for answer in (
            client.get(configs_path(library)),
            client.post(configs_path(library), BODY),
            client.delete(config_path(library, NOWHERE)),
        ):
            assert_refusal(answer, 404, "DATASET_UNKNOWN", "There is no such library.")


def test_an_unknown_access_config_is_404(client_for, handbook):
    answer = client_for("alice").delete(config_path(handbook, NOWHERE))

    assert_refusal(answer, 404, "ACCESS_CONTROL_UNKNOWN", "This dataset has no such access config.")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/datasets/",
        "/v1/datasets/handbook/",
        "/v1/datasets/handbook/collaboration",
        "/v1/datasets/handbook/collaboration/access/",
        "/v1/datasets//collaboration/access",
        "/v1/datasets/handbook/collaboration/access/x/y",
    ],
)
def test_an_unknown_path_is_404_whoever_asks(db, path, method):
    assert_refusal(ApiClient(None).send(method, path), 404, "NOT_FOUND", "There is nothing at this path.")


def test_a_method_that_the_path_does_not_have_is_405(client_for, handbook):
    client = client_for("alice")

    for method, path, allowed in [
        ("PUT", configs_path(handbook), "GET, POST, HEAD"),
        ("OPTIONS", configs_path(handbook), "GET, POST, HEAD"),
        ("GET", config_path(handbook, NOWHERE), "DELETE"),
        ("PATCH", config_path(handbook, NOWHERE), "DELETE"),
    ]:
        answer = client.send(method, path)
        assert_refusal(answer, 405, "NOT_IMPLEMENTED")
        assert set(allowed.split(", ")) - {"HEAD"} <= set(answer.headers["Allow"].split(", "))


def test_an_answer_that_is_not_to_be_json_is_406(client_for, handbook):
    assert_refusal(client_for("alice").get(configs_path(handbook), Accept="text/html"), 406, "BAD_REQUEST")


def test_a_body_too_long_is_413(client_for, handbook, settings):
    settings.MAX_BODY_BYTES = 100

    answer = client_for("alice").post(configs_path(handbook), b" " * 101)

    assert_refusal(answer, 413, "PAYLOAD_TOO_LARGE", "The body is longer than 100 bytes.")


def test_a_body_that_is_not_json_is_415(client_for, handbook):
    """“content_type: default is 'application/json'”"""
    client = client_for("alice")

    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.send("POST", configs_path(handbook), b"accessType=READ", content_type=content_type)
        assert_refusal(answer, 415, "MALFORMED_REQUEST")


@pytest.mark.parametrize(
    ("accident", "status", "code"),
    [
        (Throttled(wait=3), 429, "BAD_REQUEST"),
        (OperationalError("host db.internal"), 503, "MALFORMED_RESPONSE"),
        (RuntimeError("token=secret"), 500, "MALFORMED_RESPONSE"),
        (errors.LastOwner("bob", ["roadmap"]), 409, "CONFLICT"),
        (errors.LevelAboveOwn(Level.OWNER, Level.EDITOR), 403, "FORBIDDEN"),
        (errors.OwnShareFixed(), 403, "FORBIDDEN"),
        (errors.UnknownPrincipal("x@nowhere.example"), 400, "BAD_REQUEST"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_whatever_goes_wrong_keeps_the_shape(client_for, handbook, monkeypatch, accident, status, code):
    def fail(**_):
        raise accident

    monkeypatch.setattr("libraries.api.lightly.views.replace_config", fail)
    answer = client_for("alice").post(configs_path(handbook), BODY)

    assert_refusal(answer, status, code)
    assert "secret" not in answer.content.decode() and "internal" not in answer.content.decode()
    assert ("Retry-After" in answer.headers) == (status in (429, 503))


def test_checks_come_in_this_order(client_for, handbook, press_kit):
    """Credential, scope, is it visible, may the caller act, and only then the body and whom it names."""
    bad_body = {"accessType": "EVERYTHING", "users": ["nobody@nowhere.example"]}

    def status(client, library, body=bad_body):
        return client.post(configs_path(library), body).status_code

    assert status(ApiClient(None), NOWHERE) == 401
    assert status(client_for("alice", Scope.LIBRARY_READ), NOWHERE) == 403
    assert status(client_for("erin"), handbook) == 404
    assert status(client_for("erin"), press_kit) == 403
    assert status(client_for("alice"), handbook) == 400
    assert status(client_for("alice"), handbook, {"accessType": "READ", "users": []}) == 201


def test_every_refusal_of_the_core_has_a_status_with_a_code():
    def kinds(error):
        return {error}.union(*map(kinds, error.__subclasses__()))

    of_the_core = {kind for kind in kinds(errors.SharingError) if kind.__module__ == "libraries.errors"}
    assert of_the_core - {errors.SharingError} <= set(STATUSES)
    assert set(STATUSES.values()) <= set(CODES)
