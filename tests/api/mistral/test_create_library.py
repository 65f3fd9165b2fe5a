"""POST /v1/libraries"""

from __future__ import annotations

import pytest

from libraries.models import OPERATOR, Event, Library, Organization, Scope
from libraries.people.members import add_member
from libraries.rules.levels import Action
from tests.api.mistral.bodies import LIBRARIES, NOBODY, REQUIRED, invalid, library_document, sharing

NOT_IN_ONE = (
    "org_id",
    "Specify the organization, or choose a default one: you are a member of several.",
    "value_error",
)


def test_it_creates_a_library_that_the_caller_owns_and_nobody_else_sees(client_for, bob, carol):
    client = client_for("bob")
    answer = client.post(LIBRARIES, {"name": "Field Guide", "description": "Birds"})

    library = Library.objects.get(name="Field Guide")
    assert answer.status_code == 201
    assert answer.json() == library_document(library, owner_id=str(bob.pk), description="Birds")
    assert client.get(f"{LIBRARIES}/{library.pk}/share").json() == {"data": [sharing(library, bob, "Owner")]}
    assert not carol.has_perm(Action.VIEW, library)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"description": None, "chunk_size": None, "owner_type": None, "org_id": None},
        {"chunk_size": 256, "owner_type": "User"},
        {"chunk_size": 32768, "owner_type": "Workspace"},
        {"from_the_future": True},
    ],
)
def test_what_it_does_not_keep_is_accepted_all_the_same(client_for, bob, body):
    answer = client_for("bob").post(LIBRARIES, {"name": "Field Guide", **body})
    library = Library.objects.get(name="Field Guide")
    assert (answer.status_code, answer.json()) == (201, library_document(library, owner_id=str(bob.pk)))


def test_two_libraries_may_have_one_name(client_for):
    client = client_for("bob")
    first, second = (client.post(LIBRARIES, {"name": "Handbook"}).json() for _ in range(2))
    assert first["name"] == second["name"] == "Handbook"
    assert first["id"] != second["id"]


def test_the_event_says_that_it_came_through_mistral(client_for):
    client_for("bob").post(LIBRARIES, {"name": "Field Guide"})
    event = Event.objects.filter(action="library.created")[0]
    assert (event.via, event.actor, event.library) == ("mistral", "bob", "field-guide")


def test_who_is_in_several_organizations_names_one(client_for, bob, globex):
    add_member(organization=globex, user=bob, actor=OPERATOR)
    client = client_for("bob")
    answer = client.post(LIBRARIES, {"name": "Field Guide"})
    assert (answer.status_code, answer.json()) == (422, invalid(NOT_IN_ONE))

    assert client.post(LIBRARIES, {"name": "Field Guide", "org_id": str(globex.pk)}).status_code == 201
    assert Library.objects.get(name="Field Guide").organization == globex


def test_an_organization_that_is_not_the_caller_s_is_refused_as_one_that_does_not_exist(client_for, globex):
    client = client_for("bob")
    for org_id in (str(globex.pk), NOBODY):
        answer = client.post(LIBRARIES, {"name": "Field Guide", "org_id": org_id})
        problem = ("org_id", f"You are not a member of an organization “{org_id}”.", "value_error")
        assert (answer.status_code, answer.json()) == (422, invalid(problem))
    assert Organization.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("name", REQUIRED, "missing")),
        ({"name": None}, ("name", "This field may not be null.", "value_error")),
        ({"name": 7}, ("name", "Not a valid string.", "value_error")),
        ({"name": "  "}, ("name", "This field may not be blank.", "string_too_short")),
        ({"name": "x" * 201}, ("name", "Ensure this field has no more than 200 characters.", "string_too_long")),
        (
            {"name": "x", "chunk_size": 255},
            ("chunk_size", "Ensure this value is greater than or equal to 256.", "greater_than_equal"),
        ),
        (
            {"name": "x", "chunk_size": 32769},
            ("chunk_size", "Ensure this value is less than or equal to 32768.", "less_than_equal"),
        ),
        ({"name": "x", "chunk_size": "300"}, ("chunk_size", "A valid integer is required.", "value_error")),
        ({"name": "x", "owner_type": "Org"}, ("owner_type", "Input should be 'User' or 'Workspace'.", "enum")),
        (
            {"name": "x", "description": "\ud800"},
            ("description", "Contains NUL or half of a surrogate pair.", "value_error"),
        ),
        ([], ("", "Invalid data. Expected a dictionary, but got list.", "value_error")),
        ("name", ("", "Invalid data. Expected a dictionary, but got str.", "value_error")),
    ],
)
def test_what_is_not_valid_is_named(client_for, body, problem):
    before = Library.objects.count()
    answer = client_for("bob").post(LIBRARIES, body)
    assert (answer.status_code, answer.json()) == (422, invalid(problem))
    assert Library.objects.count() == before


def test_everything_is_checked_in_order(client_for):
    assert client_for(None).post(LIBRARIES, {}).status_code == 401
    answer = client_for("bob", Scope.LIBRARY_READ).post(LIBRARIES, {})
    assert (answer.status_code, answer.json()) == (403, {"detail": "The key lacks the scope library:write."})
    assert client_for("bob", Scope.LIBRARY_WRITE).post(LIBRARIES, {}).status_code == 422
