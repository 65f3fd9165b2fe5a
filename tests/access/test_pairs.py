"""pairs: the check for many subjects and libraries at once."""

from __future__ import annotations

from itertools import product

import pytest

from libraries.access.check import allowed_actions
from libraries.access.explain import explain
from libraries.access.pairs import access_of_pairs
from libraries.models import Library, Organization, Team, User
from libraries.people.organizations import create_organization
from libraries.people.teams import add_team_member, create_team
from libraries.principals import Principal
from libraries.rules.levels import Access, Action, Kind, Level
from tests.factories import give, give_to_many, in_days, let_time_pass, make_user


def access_of(subject: User | Team | Organization, library: Library) -> Access:
    kinds = {User: Kind.USER, Team: Kind.TEAM, Organization: Kind.ORGANIZATION}
    pair = Principal(kinds[type(subject)], subject), library
    return access_of_pairs([pair])[pair]


def test_it_says_of_every_user_and_library_what_the_check_says(world):
    users, libraries = list(User.objects.all()), list(Library.objects.select_related("organization"))
    found = access_of_pairs([(Principal(Kind.USER, user), library) for user in users for library in libraries])
    assert len(found) == len(users) * len(libraries) == 28
    for user, library in product(users, libraries):
        access = found[Principal(Kind.USER, user), library]
        assert access.actions == allowed_actions(user, library)
        assert access.level == explain(user, library).level


def test_each_pair_stands_for_itself_alone(alice, bob, erin, frank, roadmap, lab_notes):
    """No grant of one pair counts for another, though its user and its library are both asked about."""
    pairs = [(Principal(Kind.USER, user), library) for user, library in ((bob, lab_notes), (erin, roadmap))]
    assert [access.level for access in access_of_pairs(pairs).values()] == [Level.NONE, Level.NONE]
    swapped = [(Principal(Kind.USER, user), library) for user, library in ((bob, roadmap), (erin, lab_notes))]
    assert [access.level for access in access_of_pairs(swapped).values()] == [Level.OWNER, Level.OWNER]


def test_an_inactive_user_ends_up_with_nothing(bob, alice, admin_user, handbook):
    for user in (bob, alice, admin_user):
        assert access_of(user, handbook).actions
        user.is_active = False
        assert access_of(user, handbook) == Access()


def test_an_expired_share_counts_for_nothing_r3(carol, press_kit, roadmap):
    give(roadmap, "carol", Level.EDITOR, expires_at=in_days(1))
    assert access_of(carol, roadmap).level == Level.EDITOR
    let_time_pass(days=1)
    assert access_of(carol, roadmap).level == Level.READER


class TestTeam:
    """What a member gets who is in no other team and has no share of their own."""

    def test_it_is_let_in_by_its_own_share_its_organizations_and_everyones_r1(self, acme, engineering, alice, handbook):
        quiet = create_team(organization=acme, slug="quiet", name="Quiet", actor=alice)
        assert access_of(engineering, handbook).level == Level.EDITOR
        assert access_of(quiet, handbook).level == Level.READER
        give(handbook, "everyone", Level.EDITOR)
        assert access_of(quiet, handbook).level == Level.EDITOR

    def test_it_is_shut_out_as_its_members_are_r2(self, handbook):
        interns = Team.objects.select_related("organization").get(slug="interns")
        assert access_of(interns, handbook).actions == frozenset()
        give(handbook, "team:interns", Level.READER)
        assert access_of(interns, handbook).level == Level.READER
        give(handbook, "org:acme", Level.NONE)
        assert access_of(interns, handbook).level == Level.READER
        give(handbook, "everyone", Level.EDITOR)
        assert access_of(interns, handbook).level == Level.READER

    def test_it_gets_nothing_of_other_teams_of_members_or_of_other_organizations(
        self, engineering, alice, bob, roadmap, lab_notes
    ):
        """bob owns the roadmap, and carol's other team reads it."""
        assert access_of(engineering, roadmap).actions == access_of(engineering, lab_notes).actions == frozenset()

    def test_asked_about_together_each_gets_its_own(self, world, handbook):
        teams = list(Team.objects.select_related("organization"))
        found = access_of_pairs([(Principal(Kind.TEAM, team), handbook) for team in teams])
        levels = {team.slug: found[Principal(Kind.TEAM, team), handbook].level.name for team in teams}
        assert levels == {"engineering": "EDITOR", "data-science": "READER", "interns": "NONE", "research": "NONE"}

    def test_it_agrees_with_a_new_member_of_it_r1_r2(self, world, alice):
        for team in Team.objects.select_related("organization"):
            member = make_user(f"new-in-{team.slug}", member_of=team.organization)
            administrator = User.objects.get(username={"acme": "alice", "globex": "erin"}[team.organization.slug])
            add_team_member(team=team, user=member, actor=administrator)
            for library in Library.objects.all():
                assert access_of(team, library).actions == allowed_actions(member, library)


class TestOrganization:
    """What a member gets who is in no team and has no share of their own."""

    def test_it_agrees_with_a_new_member_of_it_r1_r2(self, world, handbook):
        give(handbook, "org:globex", Level.EDITOR)
        for organization in Organization.objects.all():
            member = make_user(f"new-in-{organization.slug}", member_of=organization)
            for library in Library.objects.all():
                assert access_of(organization, library).actions == allowed_actions(member, library)

    def test_it_has_no_power_of_its_administrators_r10(self, acme, handbook, roadmap):
        assert access_of(acme, handbook).actions == {Action.VIEW, Action.VIEW_SHARES}
        assert access_of(acme, roadmap).actions == frozenset()


@pytest.mark.parametrize("number", [3, 300])
def test_two_queries_answer_for_any_number_of_pairs(
    alice, acme, handbook, roadmap, admin_user, number, django_assert_num_queries
):
    give_to_many(handbook, number)
    teams = [create_team(organization=acme, slug=f"team-{each}", name="x", actor=alice) for each in range(number)]
    other = create_organization(slug="other", name="Other", actor=admin_user)
    subjects = [*(Principal(Kind.USER, user) for user in User.objects.all()), Principal(Kind.ORGANIZATION, other)]
    subjects += [Principal(Kind.TEAM, team) for team in teams]
    with django_assert_num_queries(2):
        found = access_of_pairs([(subject, library) for subject in subjects for library in (handbook, roadmap)])
    assert len(found) == 2 * (number + 7 + 1 + number)
    readers = [subject for subject, library in found if library == handbook and found[subject, library].level]
    assert len(readers) == number + 3 + number


def test_no_pairs_cost_as_much_as_any_since_else_they_would_tell_that_a_name_is_nobodys(
    alice, handbook, django_assert_num_queries
):
    for pairs in ([], [(Principal(Kind.USER, alice), handbook)]):
        with django_assert_num_queries(2):
            assert len(access_of_pairs(pairs)) == len(pairs)
