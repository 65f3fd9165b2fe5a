"""GET /api/libraries"""

import pytest

from libraries.models import Library
from tests.api.hal.documents import CURIES, library_document, problem


def test_it_lists_what_the_caller_may_see_by_name(client_for, handbook, press_kit, roadmap):
    answer = client_for("bob").get("/api/libraries")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    assert answer.json() == {
        "_links": {"self": {"href": "/api/libraries"}, "curies": CURIES},
        "_embedded": {
            "inf:library": [
                library_document(handbook, 2, "inf:shares", "edit", caller="bob"),
                library_document(press_kit, 1, caller="bob"),
                library_document(roadmap, 3, "inf:shares", "inf:events", "edit", "inf:delete", caller="bob"),
            ]
        },
        "start": 0,
        "count": 3,
    }


@pytest.mark.parametrize(
    ("username", "levels"),
    [
        ("alice", {"handbook": 3, "press-kit": 3, "roadmap": 0}),  # roadmap as an administrator (R10)
        ("bob", {"handbook": 2, "press-kit": 1, "roadmap": 3}),
        ("carol", {"handbook": 2, "press-kit": 1, "roadmap": 2}),
        ("dave", {"press-kit": 1}),  # shut out of the handbook (R2)
        ("erin", {"lab-notes": 3, "press-kit": 1}),
        ("frank", {"lab-notes": 1, "press-kit": 1}),
        ("admin", {"handbook": 0, "lab-notes": 0, "press-kit": 1, "roadmap": 0}),
    ],
)
def test_it_lists_for_each_their_own(client_for, username, levels):
    found = client_for(username).get("/api/libraries").json()["_embedded"]["inf:library"]
    assert {library["naturalId"]: library["accessLevel"] for library in found} == levels


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=BOOK", ["handbook"]),
        ("q=press-k", ["press-kit"]),
        ("q=s", ["press-kit"]),
        ("q=nothing", []),
        ("q=%25", []),
        ("q=_", []),
        ("q=", ["handbook", "press-kit", "roadmap"]),
        ("organization=acme", ["handbook", "press-kit", "roadmap"]),
        ("organization=globex", []),
        ("organization=nowhere", []),
        ("minLevel=0", ["handbook", "press-kit", "roadmap"]),
        ("minLevel=1", ["handbook", "press-kit", "roadmap"]),
        ("minLevel=2", ["handbook", "roadmap"]),
        ("minLevel=3", ["roadmap"]),
        ("minLevel=2&q=o&organization=acme", ["handbook", "roadmap"]),
    ],
)
def test_it_filters(client_for, query, found):
    body = client_for("bob").get(f"/api/libraries?{query}").json()
    assert [library["naturalId"] for library in body["_embedded"]["inf:library"]] == found
    assert body["_links"]["self"] == {"href": f"/api/libraries?{query}"}


def test_what_an_administrator_may_see_is_no_level_of_theirs(client_for):
    """R10: the power is not part of the level, so `minLevel` leaves it out."""
    found = client_for("alice").get("/api/libraries?minLevel=1").json()["_embedded"]["inf:library"]
    assert [library["naturalId"] for library in found] == ["handbook", "press-kit"]


def test_a_share_makes_a_library_appear_and_its_end_makes_it_vanish(client_for, handbook):
    frank = client_for("frank")

    def sees_it() -> bool:
        found = frank.get("/api/libraries?q=handbook").json()["_embedded"]["inf:library"]
        return [library["id"] for library in found] == [str(handbook.pk)]

    assert not sees_it()
    client_for("alice").put("/api/libraries/handbook/shares/frank", {"accessLevel": 1})
    assert sees_it()
    client_for("alice").put("/api/libraries/handbook/shares/frank", {"accessLevel": 0})
    assert not sees_it()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_it_knows_no_other_methods(client_for, method):
    answer = client_for("alice").send(method, "/api/libraries", {})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.json() == problem(405, f'Method "{method}" not allowed.', "/api/libraries")


def test_names_that_differ_by_nothing_keep_an_order(client_for, acme):
    twins = [Library.objects.create(name="Twin", natural_id=f"twin-{n}", organization=acme) for n in range(3)]
    found = client_for("alice").get("/api/libraries?q=twin").json()["_embedded"]["inf:library"]
    assert [library["id"] for library in found] == sorted(str(library.pk) for library in twins)
