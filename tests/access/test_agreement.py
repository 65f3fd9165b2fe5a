"""May they, which may they, who may and why never disagree: every person, library and action of the demo world."""

from typing import Any

import pytest

from libraries.access.check import can
from libraries.access.explain import explain, explain_each
from libraries.access.known import People, known_people
from libraries.access.lists import (
    count_visible_libraries,
    levels_on,
    levels_on_by_page,
    levels_on_for,
    visible_libraries,
    visible_libraries_by_page,
    who_can,
    who_can_by_page,
)
from libraries.models import OPERATOR, Library, Organization, User
from libraries.rules.levels import Action, Level
from tests.factories import give, make_user


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
        assert count_visible_libraries(user) == visible_libraries(user).count()


FORMS: dict[str, dict[str, int]] = {
    "collected": {},
    "collected, since few are known": {"FEW_HOLDERS": 4},
    "one after another": {"FEW_HOLDERS": 0, "ONE_OF": 10_000},
    "collected, since the first hold nothing": {"FEW_HOLDERS": 0, "ONE_OF": 0},
}


@pytest.fixture(params=list(FORMS.values()), ids=list(FORMS))
def form(request, monkeypatch):
    for name, value in request.param.items():
        monkeypatch.setattr(f"libraries.access.lists.{name}", value)


@pytest.fixture
def awkward_shares(world, handbook, roadmap, press_kit, lab_notes):
    """Some for everyone, some for everyone but a few, one for nobody else; an account that is switched off."""
    give(handbook, "everyone", Level.READER)
    give(handbook, "frank", Level.NONE)
    give(roadmap, "everyone", Level.NONE)
    give(press_kit, "org:globex", Level.EDITOR)
    give(press_kit, "team:interns", Level.NONE)
    Organization.objects.filter(slug="globex").update(sharing_scope="anyone")
    give(Library.objects.get(pk=lab_notes.pk), "everyone", Level.READER)
    User.objects.filter(username="erin").update(is_active=False)


def test_people_by_page_are_the_same_whether_they_are_few_or_many(awkward_shares, form):
    for library in Library.objects.select_related("organization"):
        assert {(user, user.level) for user in levels_on_by_page(library, asker=OPERATOR).named} == {
            (user, user.level) for user in levels_on(library)
        }
        for action in Action:
            assert set(who_can_by_page(library, action, asker=OPERATOR).named) == set(who_can(library, action))


def knows(asker: User, person: User, library: Library) -> bool:
    """R9, naively."""
    in_common = Organization.objects.filter(group__in=asker.groups.all()).filter(group__in=person.groups.all())
    named = library.shares.filter(user=person)
    return asker == person or asker.is_superuser or in_common.exists() or named.exists()


def assert_told(people: People, everybody: Any, asker: User, library: Library) -> None:
    known = {person for person in everybody if knows(asker, person, library)}
    assert set(people.named) == known
    assert people.count_unnamed() == len(everybody) - len(known)


def test_each_is_told_of_whom_they_may_know_and_how_many_others_there_are_r9(awkward_shares, form, acme, carol):
    """Carol is in no organization, and somebody in both."""
    carol.groups.clear()
    make_user("both", member_of=acme).groups.add(Organization.objects.get(slug="globex").group_id)
    for library in Library.objects.select_related("organization"):
        for asker in User.objects.all():
            assert_told(levels_on_by_page(library, asker=asker), levels_on(library), asker, library)
            assert_told(levels_on_for(asker, library), levels_on(library), asker, library)
            for action in (Action.VIEW, Action.CHANGE, Action.SHARE, Action.VIEW_SHARES):
                able = who_can(library, action)
                assert_told(who_can_by_page(library, action, asker=asker), able, asker, library)
            assert set(known_people(asker, library)) == {
                person for person in User.objects.all() if knows(asker, person, library)
            }
