"""/admin/suggestions/: names for who types, and never a name that is not theirs to see."""

import pytest
from django.test import Client

from libraries.library_lifecycle import create_library
from libraries.models import SharingScope, User
from libraries.rules.levels import Level
from tests.factories import give

PEOPLE = "/admin/suggestions/people/"
LIBRARIES = "/admin/suggestions/libraries/"


def offered(console, path, term=""):
    response = console.client.get(path, {"term": term})
    assert response.status_code == 200
    return [suggestion["value"] for suggestion in response.json()["results"]]


def principals(library):
    return f"/admin/suggestions/principals/{library.pk}/"


def test_it_answers_with_values_and_what_they_are_recognised_by(console, handbook):
    User.objects.filter(username="dave").update(first_name="Dave", last_name="Diaz")

    assert console.get(f"{PEOPLE}?term=dia").json() == {
        "results": [{"value": "dave", "name": "Dave Diaz", "detail": "dave@acme.example"}]
    }
    assert console.get(f"{LIBRARIES}?term=press").json() == {
        "results": [{"value": "press-kit", "name": "Press Kit", "detail": "Acme"}]
    }
    assert console.get(f"{principals(handbook)}?term=data").json() == {
        "results": [{"value": "team:data-science", "name": "Data Science", "detail": "Team"}]
    }


def test_principals_are_whom_the_library_can_be_shared_with_and_is_not_yet_r8(console, handbook, lab_notes):
    beyond = offered(console, principals(handbook))
    assert beyond == ["team:data-science", "org:globex", "everyone", "admin", "bob", "carol", "dave", "erin", "frank"]
    assert offered(console, principals(lab_notes)) == ["org:globex", "frank"]

    give(handbook, "bob", Level.READER)
    User.objects.filter(username="carol").update(is_active=False)
    handbook.organization.sharing_scope = SharingScope.ORGANIZATION
    handbook.organization.save()

    assert offered(console, principals(handbook)) == ["team:data-science", "dave"]


@pytest.mark.parametrize("term", ["%", "_", "'", "\\", "x" * 300, "ev", "everyone else"])
def test_odd_terms_find_what_has_them_and_break_nothing(console, handbook, term):
    assert offered(console, PEOPLE, term) == []
    assert offered(console, principals(handbook), term) == (["everyone"] if term == "ev" else [])


def test_a_long_list_is_cut(console, make_users):
    make_users(50)
    assert len(offered(console, PEOPLE)) == 8


def test_a_library_that_is_not_there_offers_nobody(console):
    missing = "/admin/suggestions/principals/01a1fd6d-4566-7325-9de7-b9d3e818ce42/"
    assert offered(console, missing) == []
    assert console.get("/admin/suggestions/principals/nonsense/").status_code in (302, 404)


def test_an_administrator_is_offered_their_own_and_no_stranger_by_name_or_address(
    console_of, alice, handbook, lab_notes
):
    console = console_of(alice)

    assert offered(console, PEOPLE) == ["alice", "bob", "carol", "dave"]
    assert offered(console, LIBRARIES) == ["handbook", "press-kit", "roadmap"]
    assert offered(console, principals(lab_notes)) == []
    assert offered(console, principals(handbook)) == ["team:data-science", "everyone", "bob", "carol", "dave"]
    assert offered(console, principals(handbook), "erin") == []
    assert offered(console, principals(handbook), "erin@globex") == []


def test_nobody_is_told_anything_before_signing_in(world, handbook):
    for path in (PEOPLE, LIBRARIES, principals(handbook)):
        assert Client().get(path).status_code == 302


def test_a_library_goes_by_its_organization_too_where_another_of_its_name_is_shown_r16(
    console, console_of, alice, erin, handbook
):
    create_library(name="Handbook", natural_id="handbook", actor=erin)
    assert offered(console, LIBRARIES, "handb") == ["acme.handbook", "globex.handbook"]
    assert offered(console_of(alice), LIBRARIES, "handb") == ["handbook"]
