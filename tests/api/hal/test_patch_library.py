"""PATCH /api/libraries/{id}"""

import pytest

from libraries.models import Event, Library
from tests.api.hal.calls import snapshot
from tests.api.hal.documents import library_document, no_such_library, problem

PATH = "/api/libraries/handbook"


def test_it_changes_what_it_names_and_nothing_else(client_for, handbook):
    answer = client_for("bob").send("PATCH", PATH, {"name": "The Handbook", "emoji": "📕"})

    assert answer.status_code == 200
    changed = Library.objects.get(pk=handbook.pk)
    assert answer.json() == library_document(changed, 2, "inf:shares", "edit", caller="bob")
    assert (changed.name, changed.emoji, changed.description) == ("The Handbook", "📕", "")
    assert (changed.natural_id, changed.revision) == ("handbook", handbook.revision + 1)
    event = Event.objects.latest("id")
    assert (event.action, event.actor, event.via) == ("library.changed", "bob", "hal")
    assert event.details == {"name": ["Handbook", "The Handbook"], "emoji": ["", "📕"]}


def test_sent_again_it_changes_nothing(client_for):
    client = client_for("bob")
    first = client.patch(PATH, {"description": "How we work"})
    before = snapshot()
    again = client.patch(PATH, {"description": "How we work"})
    assert (again.status_code, again.json(), again.headers["ETag"]) == (200, first.json(), first.headers["ETag"])
    assert client.patch(PATH, {}).json() == first.json()
    assert snapshot() == before


def test_a_text_can_be_taken_away_again(client_for):
    client = client_for("bob")
    client.patch(PATH, {"description": "How we work"})
    assert client.patch(PATH, {"description": ""}).json()["description"] == ""


def test_its_etag_is_that_of_the_library(client_for):
    client = client_for("bob")
    assert client.patch(PATH, {"emoji": "📕"}).headers["ETag"] == client.get(PATH).headers["ETag"]


def test_who_shares_is_for_owners_alone(client_for, handbook):
    """R5: an editor who could switch editorsCanShare on would climb."""
    refused = client_for("bob").patch(PATH, {"editorsCanShare": True})
    assert refused.status_code == 403
    detail = "You may not transfer this library or change its sharing settings. Ask an owner of it."
    assert refused.json() == problem(403, detail, PATH, code="action_not_allowed", rule="R4")
    assert client_for("alice").patch(PATH, {"editorsCanShare": True}).json()["editorsCanShare"] is True
    assert client_for("bob").put(f"{PATH}/shares/dave", {"accessLevel": 1}).status_code == 200


def test_an_administrator_changes_who_shares_and_nothing_else(client_for):
    """R10"""
    alice = client_for("alice")
    assert alice.patch("/api/libraries/roadmap", {"editorsCanShare": True}).json()["editorsCanShare"] is True
    for body in ({"name": "Mine"}, {"name": "Mine", "editorsCanShare": False}, {}):
        refused = alice.patch("/api/libraries/roadmap", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "action_not_allowed")
    assert Library.objects.get(natural_id="roadmap").name == "Roadmap"


def test_a_superuser_changes_anything(client_for):
    assert client_for("admin").patch(PATH, {"name": "X", "editorsCanShare": True}).json()["name"] == "X"


@pytest.mark.parametrize("body", [{"name": "Mine"}, {"editorsCanShare": True}, {}, {"name": 5}, {"nonsense": 1}])
def test_a_reader_is_told_so_before_what_they_want_is_looked_at(client_for, body):
    answer = client_for("frank").patch("/api/libraries/press-kit", body)
    detail = "You may not change this library. Ask an owner of it."
    assert answer.status_code == 403
    assert answer.json() == problem(403, detail, "/api/libraries/press-kit", code="action_not_allowed", rule="R4")


@pytest.mark.parametrize("username", ["dave", "frank"])
@pytest.mark.parametrize("library", ["handbook", "no-such-library"])
def test_to_others_there_is_no_such_library(client_for, username, library):
    answer = client_for(username).patch(f"/api/libraries/{library}", {"name": 5})
    assert answer.status_code == 404
    assert answer.json() == no_such_library(f"/api/libraries/{library}")


@pytest.mark.parametrize("field", ["naturalId", "organization", "id", "objectId"])
def test_some_things_never_change(client_for, field):
    client = client_for("alice")
    before = snapshot()
    answer = client.patch(PATH, {field: "x", "name": "X"})
    assert answer.status_code == 422
    detail = "It is another one here. Send it as it is, or leave it out."
    assert answer.json()["errors"] == [{"pointer": f"#/{field}", "detail": detail}]
    assert snapshot() == before


def test_it_is_not_put(client_for):
    answer = client_for("alice").put(PATH, {"name": "X"})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, PATCH, DELETE"
    assert answer.json() == problem(405, 'Method "PUT" not allowed.', PATH)
