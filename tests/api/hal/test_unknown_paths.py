"""Everything else under /api/"""

import pytest

from tests.api.hal.documents import problem

PATHS = [
    "/api/nothing",
    "/api/libraries/",
    "/api/libraries/handbook/",
    "/api/libraries/handbook/nothing",
    "/api/libraries/handbook/shares/",
    "/api/libraries/handbook/shares/bob/",
    "/api/libraries/handbook/shares/a/b",
    "/api/libraries//shares",
    "/api/schema",
    "/api/%00",
    "/api/%F0%9F%92%A5",
    "/api//",
    "/api/" + "x/" * 1000,
]


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"]


@pytest.mark.parametrize(
    ("method", "path"),
    [*(("GET", path) for path in PATHS), *((method, PATHS[0]) for method in METHODS[1:])],
    ids=lambda value: value[:40],
)
def test_there_is_nothing_with_or_without_a_key(client_for, world, method, path):
    for username in (None, "alice"):
        answer = client_for(username).send(method, path, b"{not json")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json() == problem(404, "There is nothing at this path.", path)


def test_a_slash_within_an_id_is_one_all_the_same(client_for):
    path = "/api/libraries/handbook/shares/team%2Fengineering"
    answer = client_for("alice").get(path)
    assert answer.json() == problem(404, "There is nothing at this path.", path.replace("%2F", "/"))


def test_the_root_is_the_same_without_its_slash(client_for):
    alice = client_for("alice")
    with_slash, without = (alice.get(path).json() for path in ("/api/", "/api"))
    assert without["_links"].pop("self") == {"href": "/api"}
    assert with_slash["_links"].pop("self") == {"href": "/api/"}
    assert without == with_slash
