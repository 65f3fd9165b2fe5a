"""DELETE /v1/libraries/{library_id}"""

from __future__ import annotations

from libraries.models import Event, Library, LibraryUserObjectPermission, Scope, Share
from tests.api.mistral.bodies import LIBRARIES, NOBODY, NOT_FOUND, library_document


def test_it_deletes_the_library_and_answers_with_it(client_for, roadmap, bob):
    client, path = client_for("bob"), f"{LIBRARIES}/{roadmap.pk}"
    answer = client.delete(path)
    told = {"owner_id": str(bob.pk), "explicit_user_members_count": 2, "explicit_workspace_members_count": 1}
    assert (answer.status_code, answer.json()) == (200, library_document(roadmap, **told))
    assert client.get(path).status_code == 404


def test_every_access_to_it_is_gone(client_for, roadmap):
    client_for("bob").delete(f"{LIBRARIES}/{roadmap.pk}")
    assert not Share.objects.filter(library=roadmap.pk).exists()
    assert not LibraryUserObjectPermission.objects.filter(content_object=roadmap.pk).exists()


def test_the_event_says_that_it_came_through_mistral(client_for, roadmap):
    client_for("bob").delete(f"{LIBRARIES}/{roadmap.pk}")
    event = Event.objects.all()[0]
    assert (event.via, event.actor, event.action, event.library) == ("mistral", "bob", "library.deleted", "roadmap")


def test_a_body_that_it_did_not_ask_for_is_not_looked_at(client_for, roadmap):
    assert client_for("bob").delete(f"{LIBRARIES}/{roadmap.pk}", b"{").status_code == 200


def test_an_editor_may_not(client_for, roadmap):
    """R4"""
    answer = client_for("carol").delete(f"{LIBRARIES}/{roadmap.pk}")
    assert answer.status_code == 403
    assert answer.json() == {"detail": "You may not delete this library. Ask an owner of it."}
    assert Library.objects.contains(roadmap)


def test_an_administrator_of_the_organization_may(client_for, roadmap):
    """R10"""
    assert client_for("alice").delete(f"{LIBRARIES}/{roadmap.pk}").status_code == 200


def test_it_needs_a_key_that_may_write(client_for, roadmap):
    answer = client_for("bob", Scope.LIBRARY_READ).delete(f"{LIBRARIES}/{roadmap.pk}")
    assert (answer.status_code, answer.json()) == (403, {"detail": "The key lacks the scope library:write."})


def test_a_stranger_s_404_is_that_of_a_library_that_does_not_exist(client_for, roadmap):
    for name in (roadmap.pk, NOBODY):
        answer = client_for("erin").delete(f"{LIBRARIES}/{name}")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
