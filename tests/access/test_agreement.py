"""May they, which may they, who may and why never disagree: every person, library and action of the demo world."""

import pytest

from libraries.access.check import can
from libraries.access.explain import explain, explain_each
from libraries.access.lists import levels_on, visible_libraries, visible_libraries_by_page, who_can
from libraries.models import Library, User
from libraries.rules.levels import Action, Level
from tests.factories import give


@pytest.mark.parametrize("action", Action)
def test_the_four_questions_agree(world, action):
    for library in Library.objects.select_related("organization"):
        allowed = {user for user in User.objects.all() if can(user, library, action)}
        assert set(who_can(library, action)) == allowed
        for user in User.objects.all():
            assert Library.objects.allowing(user, action).contains(library) == (user in allowed)
            assert Library.objects.allowing(user, action, walking=True).contains(library) == (user in allowed)
            assert (action in explain(user, library).access.actions) == (user in allowed)


def test_levels_and_explanations_of_many_are_those_of_each(world, handbook, engineering):
    give(handbook, "carol", Level.NONE)
    give(handbook, "everyone", Level.READER)
    User.objects.filter(username="erin").update(is_active=False)
    users, libraries = list(User.objects.order_by("pk")), list(Library.objects.select_related("organization"))

    explanations = explain_each(users, libraries)

    assert explanations == [explain(user, library) for user in users for library in libraries]
    for library in libraries:
        levels = {user: user.level for user in levels_on(library)}
        assert levels == {e.user: e.level for e in explanations if e.library == library and e.level}


@pytest.mark.parametrize("few", [0, 1000])
def test_whoever_reads_by_page_sees_the_same_whether_that_is_few_or_many(world, monkeypatch, few):
    monkeypatch.setattr("libraries.models.libraries.FEW_GRANTS", few)
    for user in User.objects.all():
        assert set(visible_libraries_by_page(user)) == set(visible_libraries(user))
