"""Where the key may be: “Api Key Authentication (ApiKeyAuth)”, which is `?token=`, and “Bearer Authentication”."""

import pytest

from libraries.models import Scope
from tests.api.lightly.calls import config_path, configs_path
from tests.clients import ApiClient


@pytest.fixture
def anonymous():
    return ApiClient(None)


def test_a_key_opens_from_either_place(anonymous, client_for, key_for, handbook):
    expected = client_for("alice").get(configs_path(handbook)).json()

    answer = anonymous.get(f"{configs_path(handbook)}?token={key_for('alice')}")

    assert (answer.status_code, answer.json()) == (200, expected)


def test_every_call_takes_the_token(anonymous, key_for, roadmap):
    query = f"?token={key_for('bob')}"

    created = anonymous.post(configs_path(roadmap) + query, {"accessType": "WRITE", "users": ["dave@acme.example"]})
    listed = anonymous.get(configs_path(roadmap) + query)
    deleted = anonymous.delete(config_path(roadmap, created.json()["id"]) + query)

    assert [answer.status_code for answer in (created, listed, deleted)] == [201, 200, 200]


def test_two_different_credentials_at_once_are_401(client_for, key_for, handbook):
    for other in (key_for("alice"), key_for("bob"), "nonsense"):
        answer = client_for("alice").get(f"{configs_path(handbook)}?token={other}", X_Request_ID="r6")
        assert answer.status_code == 401
        assert answer.json() == {
            "code": "UNAUTHORIZED",
            "error": "The request carries two different credentials.",
            "requestId": "r6",
        }


def test_the_same_key_in_both_places_is_one_credential(key_for, handbook):
    key = key_for("alice")

    assert ApiClient(key).get(f"{configs_path(handbook)}?token={key}").status_code == 200


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 200), ("&publicToken=x", 200), ("&token=wrong", 401)],
)
def test_what_came_in_the_query_string_is_nowhere_in_the_answer_and_nobody_keeps_that(
    anonymous, key_for, handbook, query, status
):
    key = key_for("alice")

    answer = anonymous.get(f"{configs_path(handbook)}?token={key}{query}")

    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert key not in answer.content.decode() + str(dict(answer.headers))


@pytest.mark.parametrize("path", ["/v1/datasets/", "/v1/datasets/x/tags", "/v1/datasets/x/"])
def test_an_unknown_path_with_a_token_neither_redirects_nor_shows_it(anonymous, key_for, path):
    key = key_for("alice")

    answer = anonymous.get(f"{path}?token={key}")

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.headers["Cache-Control"] == "no-store"
    assert key not in answer.content.decode() + str(dict(answer.headers))


def test_it_is_in_no_log_line_even_when_everything_fails(anonymous, key_for, handbook, caplog, monkeypatch):
    key = key_for("alice")
    monkeypatch.setattr("libraries.api.lightly.views.configs_of", lambda library: 1 / 0)

    with caplog.at_level("DEBUG"):
        answer = anonymous.get(f"{configs_path(handbook)}?token={key}")

    assert answer.status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert key not in caplog.text


def test_a_key_in_a_header_lets_the_caller_itself_keep_the_answer(client_for, handbook):
    answer = client_for("alice").get(configs_path(handbook))

    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_key_does_no_more_than_its_scopes_say(client_for, handbook):
    reads, writes = client_for("alice", Scope.LIBRARY_READ), client_for("alice", Scope.LIBRARY_WRITE)
    body = {"accessType": "WRITE", "users": []}

    assert reads.get(configs_path(handbook)).status_code == 200
    assert writes.get(configs_path(handbook)).status_code == 403
    assert writes.post(configs_path(handbook), body).status_code == 201
    refused = reads.post(configs_path(handbook), body, X_Request_ID="r7")
    assert refused.status_code == 403
    assert refused.json() == {"code": "FORBIDDEN", "error": "The key lacks the scope library:write.", "requestId": "r7"}
    assert reads.delete(config_path(handbook, "f" * 24)).status_code == 403
