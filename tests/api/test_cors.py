"""Pages of other origins that call the API from a browser: CORS_ALLOWED_ORIGINS says which may."""

from __future__ import annotations

import pytest

from tests.api.test_error_shapes import DIALECTS

APP = "https://app.example.org"
SHOWN = "Access-Control-Allow-Origin"
ASKED = {"Access_Control_Request_Method": "PUT", "Access_Control_Request_Headers": "authorization, if-match"}


@pytest.fixture
def allowed(settings):
    settings.CORS_ALLOWED_ORIGINS = [APP]


@pytest.mark.parametrize("name", DIALECTS)
def test_a_preflight_is_answered_without_a_key_for_an_allowed_origin_alone(client_for, allowed, handbook, name):
    path = DIALECTS[name].change[1].format(handbook.object_id)
    answer = client_for(None).send("OPTIONS", path, Origin=APP, **ASKED)
    assert (answer.status_code, answer.headers[SHOWN]) == (200, APP)
    assert {"authorization", "if-match"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    other = client_for(None).send("OPTIONS", path, Origin="https://evil.example", **ASKED)
    assert SHOWN not in other.headers


def test_an_answer_and_a_refusal_can_be_read_by_the_page(client_for, allowed):
    for path, key in (("/api/me", "alice"), ("/api/me", None), ("/api/nothing", "alice")):
        answer = client_for(key).get(path, Origin=APP)
        assert answer.headers[SHOWN] == APP
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
        assert "origin" in answer.headers["Vary"]
        assert SHOWN not in client_for(key).get(path, Origin="https://evil.example").headers


@pytest.mark.parametrize("path", ["/admin/login/", "/healthz", "/problems/"])
def test_the_console_and_pages_are_for_no_other_origin(client_for, allowed, path):
    assert SHOWN not in client_for(None).get(path, Origin=APP).headers
    assert SHOWN not in client_for(None).send("OPTIONS", path, Origin=APP, **ASKED).headers


def test_by_default_there_is_none(client_for):
    answer = client_for("alice").get("/api/me", Origin=APP)
    assert not [name for name in answer.headers if name.startswith("Access-Control")]
    assert "origin" not in answer.headers["Vary"]
