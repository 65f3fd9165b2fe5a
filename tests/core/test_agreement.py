"""May they, which may they, who may and why never disagree: every person, library and action of the demo world."""

import pytest

from libraries.access import can, explain, visible_libraries, visible_libraries_by_page, who_can
from libraries.levels import Action
from libraries.models import Library, User


@pytest.mark.parametrize("action", Action)
def test_the_four_questions_agree(world, action):
    for library in Library.objects.select_related("organization"):
        allowed = {user for user in User.objects.all() if can(user, library, action)}
        assert set(who_can(library, action)) == allowed
        for user in User.objects.all():
            assert Library.objects.allowing(user, action).contains(library) == (user in allowed)
            assert Library.objects.allowing(user, action, walking=True).contains(library) == (user in allowed)
            assert (action in explain(user, library).access.actions) == (user in allowed)


@pytest.mark.parametrize("few", [0, 1000])
def test_whoever_reads_by_page_sees_the_same_whether_that_is_few_or_many(world, monkeypatch, few):
    monkeypatch.setattr("libraries.models.libraries.FEW", few)
    for user in User.objects.all():
        assert set(visible_libraries_by_page(user)) == set(visible_libraries(user))
