"""May they, which may they, who may and why never disagree: every person, library and action of the demo world."""

import pytest

from libraries.access import can, explain, who_can
from libraries.levels import Action
from libraries.models import Library, User


@pytest.mark.parametrize("action", Action)
def test_the_four_questions_agree(world, action):
    for library in Library.objects.select_related("organization"):
        allowed = {user for user in User.objects.all() if can(user, library, action)}
        assert set(who_can(library, action)) == allowed
        for user in User.objects.all():
            assert Library.objects.allowing(user, action).contains(library) == (user in allowed)
            assert (action in explain(user, library).access.actions) == (user in allowed)
