"""The check that is compiled once answers like the queryset that it was compiled from."""

import pytest

from libraries.access.check import can
from libraries.models import OPERATOR, Actor, Library, User
from libraries.models.libraries import find_with_access
from libraries.rules.levels import Action


@pytest.mark.parametrize("column", ["pk", "natural_id", "object_id"])
def test_it_answers_for_every_user_and_library_by_each_identifier(world, column):
    everybody: list[Actor] = [*User.objects.all(), User(username="nobody", is_active=False), OPERATOR]
    for user in everybody:
        for library in Library.objects.with_access_of(user):
            found = find_with_access(user, column, getattr(library, column))
            assert found
            assert (found, found.organization, found.access) == (library, library.organization, library.access)


def test_it_finds_nothing_under_a_name_that_nobody_has(alice):
    assert find_with_access(alice, "natural_id", "nothing") is None


def test_it_takes_one_query_however_often_it_runs(alice, bob, handbook, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert [can(user, handbook, Action.DELETE) for user in (alice, bob, alice, bob)] == [True, False, True, False]
