"""Each question costs the same, at three shares and at three hundred."""

from __future__ import annotations

from functools import partial

import pytest

from libraries.access.check import allowed_actions, can, get_library_for
from libraries.access.explain import explain, explain_each
from libraries.access.lists import (
    count_visible_libraries,
    levels_on,
    levels_on_by_page,
    visible_libraries_by_page,
    who_can,
    who_can_by_page,
)
from libraries.library_lifecycle import create_library
from libraries.models import Library
from libraries.people.teams import add_team_member, create_team
from libraries.rules.levels import Action, Level
from tests.factories import give, give_to_many


@pytest.fixture(params=[3, 300])
def shares(request, handbook):
    """The handbook with so many more shares."""
    give_to_many(handbook, request.param)
    return request.param


def test_a_check_is_one_query(bob, handbook, shares, django_assert_num_queries):
    for ask in (
        lambda: can(bob, handbook, Action.CHANGE),
        lambda: bob.has_perm("libraries.change_library", handbook),
        lambda: bob.get_all_permissions(handbook),
        lambda: allowed_actions(bob, handbook),
        lambda: get_library_for(bob, "handbook", Action.CHANGE),
    ):
        with django_assert_num_queries(1):
            assert ask()


@pytest.mark.parametrize("action", Action)
def test_a_list_is_one_query(alice, handbook, shares, action, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert handbook in list(Library.objects.allowing(alice, action).with_access_of(alice))


def test_who_can_is_one_query_and_complete(handbook, shares, django_assert_num_queries):
    with django_assert_num_queries(1):
        names = {user.username for user in who_can(handbook, Action.VIEW)}
    assert {f"reader-{number}" for number in range(7, 7 + shares)} <= names


def test_all_levels_are_one_query_and_all_explanations_three(handbook, shares, django_assert_num_queries):
    with django_assert_num_queries(1):
        users = list(levels_on(handbook))
    assert len(users) == 3 + shares
    with django_assert_num_queries(3):
        assert {user.pk: user.level for user in users} == {
            explanation.user.pk: explanation.level for explanation in explain_each(users, [handbook])
        }


def test_an_explanation_is_three_at_most(bob, handbook, shares, django_assert_max_num_queries):
    handbook = Library.objects.get(pk=handbook.pk)
    with django_assert_max_num_queries(3):
        assert explain(bob, handbook).verdict == "bob is EDITOR on handbook, through team:engineering."


@pytest.mark.parametrize("teams", [3, 20])
def test_being_in_many_teams_costs_no_more(alice, bob, acme, handbook, teams, django_assert_num_queries):
    for number in range(teams):
        team = create_team(organization=acme, slug=f"team-{number}", name="x", actor=alice)
        add_team_member(team=team, user=bob, actor=alice)
        give(handbook, f"team:team-{number}", Level.READER)
    with django_assert_num_queries(1):
        assert can(bob, handbook, Action.CHANGE)
    with django_assert_num_queries(3):
        assert len(explain(bob, handbook).reasons) == teams + 2


@pytest.mark.parametrize("libraries", [3, 30])
def test_seeing_many_libraries_costs_one(alice, libraries, django_assert_num_queries):
    before = Library.objects.visible_to(alice).count()
    for number in range(libraries):
        create_library(name=f"Library {number}", actor=alice)
    with django_assert_num_queries(1):
        visible = list(Library.objects.visible_to(alice).with_access_of(alice))
        assert len(visible) == before + libraries
        assert {library.access.level for library in visible} == {Level.OWNER, Level.NONE}


@pytest.mark.parametrize("few", [0, 1000])
def test_a_page_of_them_costs_two(alice, few, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("libraries.models.libraries.FEW_GRANTS", few)
    with django_assert_num_queries(2):
        assert list(visible_libraries_by_page(alice).order_by("name", "id")[:2])


@pytest.mark.parametrize(("few", "cost"), [(10_000, 2), (0, 3)])
def test_a_page_of_people_costs_two_and_three_where_they_are_many(
    alice, admin_user, handbook, shares, monkeypatch, few, cost, django_assert_num_queries
):
    monkeypatch.setattr("libraries.access.lists.FEW_HOLDERS", few)
    for people in (levels_on_by_page, partial(who_can_by_page, action=Action.VIEW)):
        for asker in (alice, admin_user):
            with django_assert_num_queries(cost):
                assert list(people(handbook, asker=asker).named.order_by("username")[:2])


@pytest.mark.parametrize(("principal", "cost"), [("team:data-science", 0), ("org:globex", 1), ("everyone", 1)])
def test_counting_whom_one_may_not_know_costs_one_and_nothing_where_all_are_known(
    alice, erin, handbook, shares, principal, cost, django_assert_num_queries
):
    give(handbook, principal, Level.READER)
    people = levels_on_by_page(handbook, asker=alice)
    with django_assert_num_queries(cost):
        assert people.count_unnamed() == {"team:data-science": 0, "org:globex": 2, "everyone": 3}[principal]


def test_counting_libraries_is_one_query(alice, admin_user, django_assert_num_queries):
    for user in (alice, admin_user):
        with django_assert_num_queries(1):
            assert count_visible_libraries(user)
