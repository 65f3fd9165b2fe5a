"""GET /api/libraries/{id}"""

import pytest

from libraries.models import Library, Scope
from tests.api.hal.documents import library_document, no_such_library

PATH = "/api/libraries/handbook"


@pytest.mark.parametrize(
    ("username", "level", "links"),
    [
        ("alice", 3, ["inf:shares", "inf:events", "edit", "inf:delete"]),
        ("bob", 2, ["inf:shares", "edit"]),
        ("admin", 0, ["inf:shares", "inf:events", "edit", "inf:delete"]),
    ],
)
def test_it_shows_each_what_they_may(client_for, handbook, username, level, links):
    answer = client_for(username).get(PATH)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    assert answer.json() == library_document(handbook, level, *links, caller=username)


def test_an_administrator_needs_no_share(client_for, roadmap):
    """R10"""
    body = client_for("alice").get("/api/libraries/roadmap").json()
    links = ("inf:shares", "inf:events", "edit", "inf:delete")
    assert body == library_document(roadmap, 0, *links, caller="alice")


def test_one_whom_everyone_reaches_may_not_see_with_whom_it_is_shared(client_for, press_kit):
    """R9"""
    assert client_for("frank").get("/api/libraries/press-kit").json() == library_document(press_kit, 1, caller="frank")


def test_a_key_that_only_reads_is_shown_no_way_to_change(client_for, handbook):
    body = client_for("alice", Scope.LIBRARY_READ).get(PATH).json()
    assert body == library_document(handbook, 3, "inf:shares", "inf:events", caller="alice")


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_it_answers_to_all_of_its_names(client_for, handbook, name):
    answer = client_for("alice").get(f"/api/libraries/{getattr(handbook, name)}")
    assert answer.json()["id"] == str(handbook.pk)


def test_a_uuid_is_the_same_however_it_is_written(client_for, handbook):
    spellings = [str(handbook.pk).upper(), handbook.pk.hex]
    client = client_for("alice")
    assert [client.get(f"/api/libraries/{name}").json()["id"] for name in spellings] == [str(handbook.pk)] * 2


@pytest.mark.parametrize(
    ("username", "library"),
    [("dave", "handbook"), ("frank", "handbook"), ("frank", "roadmap"), ("erin", "roadmap"), ("alice", "lab-notes")],
)
def test_what_one_may_not_see_looks_like_what_is_not_there(client_for, username, library):
    """R9: dave is shut out (R2), the others are strangers."""
    client = client_for(username)
    found = Library.objects.get(natural_id=library)
    for name in (library, found.pk, found.object_id, "no-such-library", "a/b", "%00", "Handbook", "…"):
        answer = client.get(f"/api/libraries/{name}" if name != "a/b" else "/api/libraries/a%20b")
        assert answer.status_code == 404
        assert answer.json() == no_such_library(answer.json()["instance"])


def test_it_costs_two_queries(client_for, django_assert_num_queries):
    client = client_for("alice")
    with django_assert_num_queries(2):
        assert client.get(PATH).status_code == 200
