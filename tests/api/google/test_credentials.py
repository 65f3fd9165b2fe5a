"""Where the vendor's clients put the key."""

import logging

import pytest

from tests.api.google.bodies import error
from tests.clients import ApiClient

PATH = "/v1beta/corpora/handbook/permissions"
NOT_ONE = error(401, "UNAUTHENTICATED", "The request carries two different credentials.")


@pytest.fixture
def ask(handbook):
    """A caller who puts keys where the test says."""
    return lambda query="", **headers: ApiClient(None).get(f"{PATH}{query}", **headers)


def test_it_takes_the_key_from_each_place(ask, key_for):
    key = key_for("alice")

    for answer in (ask(Authorization=f"Bearer {key}"), ask(x_goog_api_key=key), ask(f"?key={key}")):
        assert answer.status_code == 200
    assert ask(f"?key={key}", Authorization=f"Bearer {key}", x_goog_api_key=key).status_code == 200


def test_two_different_credentials_are_refused(ask, key_for):
    one, other = key_for("alice"), key_for("alice")

    for answer in (
        ask(Authorization=f"Bearer {one}", x_goog_api_key=other),
        ask(f"?key={one}", x_goog_api_key=other),
        ask(f"?key={one}", Authorization=f"Bearer {other}"),
        ask(f"?key={one}&key={other}"),
    ):
        assert (answer.status_code, answer.json()) == (401, NOT_ONE)


def test_it_takes_no_key_from_anywhere_else(ask, key_for):
    key = key_for("alice")

    for answer in (ask(f"?token={key}"), ask(f"?access_token={key}"), ask(x_api_key=key)):
        assert answer.status_code == 401


@pytest.mark.parametrize("path", [PATH, f"{PATH}/nonsense", "/v1beta/corpora/nowhere", "/v1beta/nonsense"])
@pytest.mark.parametrize("more", ["", "&nonsense=1", "&pageSize=-1", "&updateMask=nonsense"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT"])
def test_a_key_in_the_query_stays_there(client_for, key_for, handbook, caplog, path, more, method):
    """It reaches no log, no body and no header, and nobody keeps the answer."""
    caplog.set_level(logging.DEBUG)
    for key in (key_for("alice"), "shr_wrong"):
        answer = ApiClient(None).send(method, f"{path}?key={key}{more}", b"{")
        assert answer.headers["Cache-Control"] == "no-store"
        assert key not in answer.content.decode() + str(answer.headers)
    assert "shr_" not in caplog.text


def test_an_answer_to_a_key_in_a_header_may_be_checked_again_but_not_shared(ask, key_for):
    answer = ask(x_goog_api_key=key_for("alice"))

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Vary"] == "Authorization, x-goog-api-key"


def test_the_next_page_token_holds_no_key(ask, key_for):
    key = key_for("alice")

    assert key not in ask(f"?pageSize=1&key={key}").json()["nextPageToken"]
