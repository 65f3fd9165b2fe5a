"""X-Request-ID: the caller's own where it is usable, else a fresh one; on every answer."""

from uuid import UUID

import pytest

from libraries.models import Event
from tests.clients import ApiClient

USABLE = ["1", "a" * 128, "01a1fd64-ded9-712e-b56b-fd65126a4261", "!~", '{"a":"b"}', "<script>"]
UNUSABLE = ["", " ", "a b", "a\tb", "a" * 129, "é", "\xff", "\x7f", "a\x00", "a\r\nSet-Cookie: b"]
ANSWERS = [
    "/healthz",
    "/api/me",
    "/api/nothing",
    "/api/docs/",
    "/api/schema/",
    "/nothing",
    "/admin/login/",
    "/static/x",
]


def id_of(answer):
    return answer.headers["X-Request-ID"]


@pytest.mark.parametrize("given", USABLE)
def test_a_usable_one_is_echoed(given):
    assert id_of(ApiClient(None).get("/healthz", X_Request_ID=given)) == given


@pytest.mark.parametrize("given", UNUSABLE)
def test_another_is_replaced_by_a_fresh_one(given):
    client = ApiClient(None)
    fresh = [id_of(client.get("/healthz", X_Request_ID=given)) for _ in range(2)]
    assert fresh[0] != fresh[1]
    assert all(UUID(request_id).version == 7 for request_id in fresh)


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.django_db
def test_it_is_on_every_answer(path):
    client = ApiClient(None)
    for method in ("GET", "HEAD", "POST", "BREW"):
        assert id_of(client.send(method, path, X_Request_ID="mine")) == "mine"


def test_it_is_in_the_event(client_for):
    client_for("alice").put("/api/libraries/handbook/shares/bob", {"accessLevel": 1}, X_Request_ID="mine")
    assert Event.objects.latest("id").request_id == "mine"
