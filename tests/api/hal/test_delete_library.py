"""DELETE /api/libraries/{id}"""

import pytest

from libraries.models import Event, Library, LibraryGroupObjectPermission, LibraryUserObjectPermission, Share
from tests.api.hal.calls import snapshot
from tests.api.hal.documents import no_such_library, problem


@pytest.mark.parametrize(
    ("username", "library"),
    [("alice", "handbook"), ("alice", "roadmap"), ("admin", "lab-notes")],
    ids=["owner", "administrator", "superuser"],
)
def test_it_deletes_the_library_with_every_share(client_for, username, library):
    """R4, R10"""
    client = client_for(username)
    key = Library.objects.get(natural_id=library).pk

    answer = client.delete(f"/api/libraries/{library}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    gone = client.get(f"/api/libraries/{library}")
    assert (gone.status_code, gone.json()) == (404, no_such_library(f"/api/libraries/{library}"))
    assert not Share.objects.filter(library=key).exists()
    assert not LibraryUserObjectPermission.objects.filter(content_object=key).exists()
    assert not LibraryGroupObjectPermission.objects.filter(content_object=key).exists()
    event = Event.objects.latest("id")
    assert (event.action, event.actor, event.library, event.library_id) == ("library.deleted", username, library, key)


def test_done_twice_it_is_not_there(client_for):
    client = client_for("alice")
    assert client.delete("/api/libraries/handbook").status_code == 204
    assert client.delete("/api/libraries/handbook").status_code == 404


@pytest.mark.parametrize(("username", "library"), [("bob", "handbook"), ("carol", "roadmap"), ("frank", "press-kit")])
def test_who_does_not_own_it_may_not(client_for, username, library):
    client = client_for(username)
    before = snapshot()
    answer = client.delete(f"/api/libraries/{library}")
    assert answer.status_code == 403
    detail = "You may not delete this library. Ask an owner of it."
    assert answer.json() == problem(403, detail, f"/api/libraries/{library}", code="action_not_allowed", rule="R4")
    assert snapshot() == before


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
def test_to_others_there_is_no_such_library(client_for, username, library):
    answer = client_for(username).delete(f"/api/libraries/{library}")
    assert (answer.status_code, answer.json()) == (404, no_such_library(f"/api/libraries/{library}"))


def test_its_cost_does_not_depend_on_how_often_it_is_shared(client_for, django_assert_max_num_queries):
    client = client_for("alice")
    with django_assert_max_num_queries(14):
        assert client.delete("/api/libraries/handbook").status_code == 204
