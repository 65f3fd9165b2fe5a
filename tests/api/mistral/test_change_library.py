"""PUT and PATCH /v1/libraries/{library_id}: both change what they name, as both lines of the vendor's clients expect."""

from __future__ import annotations

import pytest

from libraries.models import Event, Scope
from tests.api.mistral.bodies import LIBRARIES, NOBODY, NOT_FOUND, invalid, library_document

pytestmark = pytest.mark.parametrize("method", ["PUT", "PATCH"])


def test_it_changes_the_name_and_the_description(client_for, roadmap, bob, method):
    client, path = client_for("bob"), f"{LIBRARIES}/{roadmap.pk}"
    answer = client.send(method, path, {"name": "Plan", "description": "This year"})
    roadmap.refresh_from_db()
    told = {"owner_id": str(bob.pk), "explicit_user_members_count": 2, "explicit_workspace_members_count": 1}
    assert answer.status_code == 200
    assert answer.json() == library_document(roadmap, name="Plan", description="This year", **told)
    assert client.get(path).json() == answer.json()


def test_what_is_left_out_stays(client_for, roadmap, method):
    client, path = client_for("bob"), f"{LIBRARIES}/{roadmap.pk}"
    client.send(method, path, {"description": "This year"})
    body = client.send(method, path, {"name": "Plan"}).json()
    assert (body["name"], body["description"]) == ("Plan", "This year")


def test_a_description_of_null_takes_it_away(client_for, roadmap, method):
    client, path = client_for("bob"), f"{LIBRARIES}/{roadmap.pk}"
    for nothing in (None, ""):
        client.send(method, path, {"description": "This year"})
        assert client.send(method, path, {"description": nothing}).json()["description"] is None


def test_a_name_of_null_stays_what_it_is(client_for, roadmap, method):
    """The clients of 1.9 may send one."""
    answer = client_for("bob").send(method, f"{LIBRARIES}/{roadmap.pk}", {"name": None, "description": "This year"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Roadmap")


@pytest.mark.parametrize("body", [{}, {"name": "Roadmap"}, {"from_the_future": 1}])
def test_where_nothing_changes_nothing_is_recorded(client_for, roadmap, method, body):
    client = client_for("bob")
    recorded = Event.objects.count()
    answer = client.send(method, f"{LIBRARIES}/{roadmap.pk}", body)
    assert (answer.status_code, answer.json()["name"]) == (200, "Roadmap")
    assert Event.objects.count() == recorded


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"name": ""}, ("name", "This field may not be blank.", "string_too_short")),
        ({"name": "x" * 201}, ("name", "Ensure this field has no more than 200 characters.", "string_too_long")),
        ({"description": 7}, ("description", "Not a valid string.", "value_error")),
        ({"description": "a\0"}, ("description", "Contains NUL or half of a surrogate pair.", "value_error")),
    ],
)
def test_what_is_not_valid_is_named(client_for, roadmap, method, body, problem):
    answer = client_for("bob").send(method, f"{LIBRARIES}/{roadmap.pk}", body)
    assert (answer.status_code, answer.json()) == (422, invalid(problem))


def test_an_editor_may_and_a_reader_may_not(client_for, handbook, frank, method):
    """R4"""
    path = f"{LIBRARIES}/{handbook.pk}"
    assert client_for("bob").send(method, path, {"description": "Ours"}).status_code == 200

    handbook.shares.filter(team__slug="engineering").delete()
    answer = client_for("bob").send(method, path, {"description": "Mine"})
    assert answer.status_code == 403
    assert answer.json() == {"detail": "You may not change this library. Ask an owner of it."}


def test_everything_is_checked_in_order(client_for, press_kit, method):
    path, bad = f"{LIBRARIES}/{press_kit.pk}", {"name": 7}
    assert client_for(None).send(method, path, bad).status_code == 401
    assert client_for("frank", Scope.LIBRARY_READ).send(method, path, bad).json() == {
        "detail": "The key lacks the scope library:write."
    }
    answer = client_for("frank").send(method, f"{LIBRARIES}/{NOBODY}", bad)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    answer = client_for("frank").send(method, path, bad)
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "You may not change this library. Ask an owner of it."},
    )
    assert client_for("alice").send(method, path, bad).status_code == 422


def test_a_stranger_s_404_is_that_of_a_library_that_does_not_exist(client_for, roadmap, method):
    for name in (roadmap.pk, NOBODY):
        answer = client_for("erin").send(method, f"{LIBRARIES}/{name}", {"name": "Mine"})
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
