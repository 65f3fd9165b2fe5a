"""searches: which libraries, who, and which actions; complete, and nothing of what is not open to the asker."""

from __future__ import annotations

from typing import Any

import pytest

from libraries.access.check import allowed_actions
from libraries.access.decisions import checkable_organizations
from libraries.access.lists import who_can
from libraries.access.pairs import access_of_pairs
from libraries.access.searches import actions_for, libraries_for, subjects_for
from libraries.access.subjects import SubjectName, name_of
from libraries.errors import MayNotAsk
from libraries.models import OPERATOR, Library, Organization, Team, User
from libraries.people.administrators import set_check_access
from libraries.people.members import add_member
from libraries.people.teams import create_team
from libraries.principals import Principal
from libraries.rules.levels import Action, Kind, Level
from tests.factories import give, in_days, let_time_pass

USER, TEAM, ORGANIZATION = Kind.USER, Kind.TEAM, Kind.ORGANIZATION


def libraries(asker: User, subject: str, action: Action = Action.VIEW, kind: Kind = USER) -> set[str]:
    found = libraries_for(SubjectName(kind, subject), action, asker=asker)
    return set(found.values_list("natural_id", flat=True))


def subjects(asker: User, kind: Kind, library: str, action: Action = Action.VIEW) -> set[str]:
    return {name_of(subject) for subject in subjects_for(kind, action, library, asker=asker).named}


def unnamed(asker: User, library: str, action: Action = Action.VIEW) -> int:
    return subjects_for(USER, action, library, asker=asker).count_unnamed()


def actions(asker: User, subject: str, library: str, kind: Kind = USER) -> set[Action]:
    return set(actions_for(SubjectName(kind, subject), library, asker=asker))


class TestLibraries:
    def test_about_oneself_all_that_one_may_see_wherever_r9(self, frank, dave, handbook):
        assert libraries(frank, "frank") == {"lab-notes", "press-kit"}
        assert libraries(dave, "dave@acme.example") == {"press-kit"}

    def test_about_another_those_that_are_open_to_the_asker_r10(self, alice, admin_user, handbook, lab_notes):
        give(handbook, "frank", Level.EDITOR)
        assert libraries(alice, "frank") == {"handbook", "press-kit"}
        assert libraries(alice, "frank", Action.CHANGE) == {"handbook"}
        assert libraries(admin_user, "frank") == {"handbook", "press-kit", "lab-notes"}

    def test_about_another_nobody_asks_who_holds_no_power_r10(self, alice, bob, acme):
        for subject, kind in (("carol", USER), ("nobody", USER), ("acme/engineering", TEAM), ("acme", ORGANIZATION)):
            with pytest.raises(MayNotAsk):
                libraries(bob, subject, kind=kind)
        set_check_access(organization=acme, user=bob, allowed=True, actor=alice)
        assert libraries(bob, "carol") == {"handbook", "press-kit", "roadmap"}
        assert libraries(bob, "nobody") == set()

    def test_a_team_and_an_organization_reach_what_a_member_of_nothing_else_reaches_r1_r2(self, admin_user, handbook):
        give(handbook, "org:globex", Level.READER)
        assert libraries(admin_user, "acme/engineering", kind=TEAM) == {"handbook", "press-kit"}
        assert libraries(admin_user, "acme/engineering", Action.CHANGE, kind=TEAM) == {"handbook"}
        assert libraries(admin_user, "acme/interns", kind=TEAM) == {"press-kit"}
        assert libraries(admin_user, "globex/research", kind=TEAM) == {"handbook", "lab-notes", "press-kit"}
        assert libraries(admin_user, "globex", kind=ORGANIZATION) == {"handbook", "press-kit"}

    def test_they_agree_with_the_check_r1_r2_r3_r4(self, admin_user, handbook, press_kit):
        give(handbook, "everyone", Level.EDITOR, expires_at=in_days(1))
        give(press_kit, "org:acme", Level.NONE)
        Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)
        for days in (0, 1):
            let_time_pass(days=days)
            _assert_that_searches_agree(admin_user)


def _assert_that_searches_agree(asker: User) -> None:
    everybody: list[Any] = [Principal(kind, row) for kind, rows in (
        (USER, User.objects.all()),
        (TEAM, Team.objects.select_related("organization")),
        (ORGANIZATION, Organization.objects.all()),
    ) for row in rows]  # fmt: skip
    everything = list(Library.objects.select_related("organization"))
    access = access_of_pairs([(subject, library) for subject in everybody for library in everything])
    for action in Action:
        for subject in everybody:
            expected = {library.natural_id for library in everything if action in access[subject, library].actions}
            assert libraries(asker, name_of(subject.instance), action, subject.kind) == expected
        for library in everything:
            for kind in (USER, TEAM, ORGANIZATION):
                of_kind = [subject for subject in everybody if subject.kind == kind]
                expected = {name_of(each.instance) for each in of_kind if action in access[each, library].actions}
                assert subjects(asker, kind, library.natural_id, action) == expected


class TestSubjects:
    def test_users_are_all_who_can_and_those_of_whom_one_may_not_know_a_number_r9(self, alice, admin_user, press_kit):
        for action in Action:
            expected = set(who_can(press_kit, action).values_list("username", flat=True))
            strangers = {"admin", "erin", "frank"} & expected
            assert subjects(admin_user, USER, "press-kit", action) == expected
            assert subjects(alice, USER, "press-kit", action) == expected - strangers
            assert unnamed(admin_user, "press-kit", action) == 0
            assert unnamed(alice, "press-kit", action) == len(strangers)

    def test_nobody_asks_who_holds_no_power_r10(self, alice, bob, acme, handbook):
        for kind in (USER, TEAM, ORGANIZATION):
            for library in ("handbook", "nothing"):
                with pytest.raises(MayNotAsk):
                    subjects(bob, kind, library)
        set_check_access(organization=acme, user=bob, allowed=True, actor=alice)
        assert subjects(bob, TEAM, "handbook") == {"acme/engineering", "acme/data-science"}

    def test_a_library_that_is_not_open_has_as_many_as_one_that_does_not_exist_r9(self, alice, erin, lab_notes):
        for kind in (USER, TEAM, ORGANIZATION):
            assert subjects(alice, kind, "lab-notes") == subjects(alice, kind, "nothing") == set()
            assert subjects(erin, kind, "lab-notes") or kind == ORGANIZATION

    def test_teams_and_organizations_elsewhere_stay_unknown(self, alice, erin, acme, handbook, press_kit):
        """Everyone may read the press kit; whom globex is made of is none of acme's business."""
        assert subjects(alice, TEAM, "press-kit") == {"acme/data-science", "acme/engineering", "acme/interns"}
        assert subjects(alice, ORGANIZATION, "press-kit") == {"acme"}
        give(press_kit, "org:globex", Level.READER)
        assert subjects(alice, ORGANIZATION, "press-kit") == {"acme", "globex"}
        assert subjects(alice, TEAM, "press-kit") == {"acme/data-science", "acme/engineering", "acme/interns"}

    def test_teams_of_every_organization_that_is_open_are_found(self, alice, erin, globex, press_kit):
        add_member(organization=globex, user=alice, actor=OPERATOR)
        set_check_access(organization=globex, user=alice, allowed=True, actor=erin)
        assert "globex/research" in subjects(alice, TEAM, "press-kit")


class TestActions:
    def test_they_are_those_that_the_check_allows(self, alice, bob, handbook):
        assert actions(alice, "bob", "handbook") == actions(bob, "bob", "handbook") == allowed_actions(bob, handbook)
        assert actions(alice, "acme/interns", "handbook", TEAM) == set()

    def test_there_are_none_where_something_does_not_exist_or_is_not_open(self, alice, dave, lab_notes):
        assert actions(alice, "nobody", "handbook") == actions(alice, "frank", "lab-notes") == set()
        assert actions(alice, "frank", "nothing") == actions(dave, "dave", "handbook") == set()

    def test_about_another_nobody_asks_who_holds_no_power_r10(self, bob, handbook):
        for library in ("handbook", "nothing"):
            with pytest.raises(MayNotAsk):
                actions(bob, "carol", library)


@pytest.mark.parametrize("number", [3, 300])
def test_each_costs_the_same_however_much_there_is(alice, acme, number, django_assert_num_queries):
    Library.objects.bulk_create(
        Library(name="x", natural_id=f"library-{each}", organization=acme) for each in range(number)
    )
    for each in range(number):
        create_team(organization=acme, slug=f"team-{each}", name="x", actor=alice)
    assert set(checkable_organizations(alice)) == {acme}
    with django_assert_num_queries(3):
        assert len(libraries(alice, "alice")) == number + 3
    with django_assert_num_queries(4):
        assert len(libraries(alice, "bob")) == 3
    with django_assert_num_queries(4):
        assert len(subjects(alice, TEAM, "handbook")) == number + 2
    with django_assert_num_queries(6):
        assert actions(alice, "bob", "handbook")
