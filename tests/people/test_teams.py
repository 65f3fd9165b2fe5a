"""membership: teams, and who is in them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from libraries.access.check import can
from libraries.errors import NameTaken, NotAdministrator, NotMember, TeamNotFound
from libraries.models import Event, Library, Share, Team
from libraries.people.queries import is_member
from libraries.people.teams import add_team_member, create_team, delete_team, remove_team_member
from libraries.rules.levels import Action, Level
from tests.factories import give


class TestCreateTeam:
    def test_an_administrator_sets_one_up_r10_r11(self, alice, bob, acme, new_events):
        with pytest.raises(NotAdministrator):
            create_team(organization=acme, slug="legal", name="Legal", actor=bob)
        team = create_team(organization=acme, slug="legal", name="Legal", email="legal@acme.example", actor=alice)
        assert str(team) == "acme/legal"
        assert new_events() == [("team.created", "team:legal", None, None)]

    def test_a_slug_is_free_in_another_organization(self, alice, erin, acme, globex):
        with pytest.raises(NameTaken) as refusal:
            create_team(organization=acme, slug="interns", name="x", actor=alice)
        assert refusal.value.field == "slug"
        assert create_team(organization=globex, slug="interns", name="x", actor=erin).organization == globex

    def test_an_email_is_one_teams_alone_whatever_its_case(self, alice, acme):
        with pytest.raises(NameTaken) as refusal:
            create_team(organization=acme, slug="legal", name="x", email="ENGINEERING@acme.example", actor=alice)
        assert (refusal.value.field, refusal.value.value) == ("email", "ENGINEERING@acme.example")
        for slug in ("legal", "tax"):
            create_team(organization=acme, slug=slug, name="x", actor=alice)

    def test_what_is_refused_leaves_no_group_behind(self, alice, acme):
        before = Group.objects.count()
        with pytest.raises(NameTaken):
            create_team(organization=acme, slug="interns", name="x", actor=alice)
        assert Group.objects.count() == before


class TestDeleteTeam:
    def test_its_shares_and_grants_go_with_it_r11(self, alice, bob, acme, engineering, handbook, new_events):
        assert can(bob, handbook, Action.CHANGE)

        delete_team(team=engineering, actor=alice)

        assert not can(bob, handbook, Action.CHANGE)
        assert not Team.objects.filter(pk=engineering.pk).exists()
        assert not Group.objects.filter(pk=engineering.group_id).exists()
        assert Library.objects.get(pk=handbook.pk).share_count == handbook.shares.count() == handbook.share_count - 1
        assert new_events() == [
            ("share.revoked", "team:engineering", Level.EDITOR, None),
            ("team.deleted", "team:engineering", None, None),
        ]

    def test_it_lets_those_in_whom_it_shut_out_r2(self, alice, dave, handbook):
        delete_team(team=Team.objects.get(slug="interns"), actor=alice)
        assert can(dave, handbook, Action.VIEW)

    def test_only_administrators_may_r10(self, bob, erin, engineering):
        for actor in (bob, erin):
            with pytest.raises(NotAdministrator):
                delete_team(team=engineering, actor=actor)

    def test_one_that_is_gone_is_refused(self, alice, engineering, new_events):
        stale = Team.objects.get(pk=engineering.pk)
        delete_team(team=engineering, actor=alice)
        before = new_events()
        with pytest.raises(TeamNotFound):
            delete_team(team=stale, actor=alice)
        assert new_events() == before


class TestTeamMembers:
    def test_they_come_and_go_with_what_the_team_has_r1_r11(self, alice, dave, engineering, handbook, new_events):
        give(handbook, "team:interns", Level.READER)
        assert add_team_member(team=engineering, user=dave, actor=alice)
        assert not add_team_member(team=engineering, user=dave, actor=alice)
        assert can(dave, handbook, Action.CHANGE)

        remove_team_member(team=engineering, user=dave, actor=alice)
        with pytest.raises(NotMember):
            remove_team_member(team=engineering, user=dave, actor=alice)
        assert not can(dave, handbook, Action.CHANGE)
        assert new_events()[1:] == [
            ("team.member_added", "dave", None, None),
            ("team.member_removed", "dave", None, None),
        ]
        assert Event.objects.latest("pk").details == {"team": "engineering"}

    def test_leaving_a_team_that_is_shut_out_lets_one_in_r2(self, alice, dave, handbook):
        assert not can(dave, handbook, Action.VIEW)
        remove_team_member(team=Team.objects.get(slug="interns"), user=dave, actor=alice)
        assert can(dave, handbook, Action.VIEW)

    def test_only_members_of_the_organization_join_r8(self, alice, erin, engineering):
        with pytest.raises(NotMember):
            add_team_member(team=engineering, user=erin, actor=alice)
        assert not is_member(erin, engineering)

    def test_only_administrators_change_them_r10(self, bob, erin, dave, engineering):
        for actor in (bob, erin):
            with pytest.raises(NotAdministrator):
                add_team_member(team=engineering, user=dave, actor=actor)
            with pytest.raises(NotAdministrator):
                remove_team_member(team=engineering, user=bob, actor=actor)

    def test_nobody_joins_a_team_that_is_gone(self, alice, dave, engineering):
        stale = Team.objects.get(pk=engineering.pk)
        delete_team(team=engineering, actor=alice)
        with pytest.raises(TeamNotFound):
            add_team_member(team=stale, user=dave, actor=alice)


def test_a_share_of_a_team_keeps_its_own_library_alone(alice, engineering, handbook):
    """Deleting touches the libraries that are shared with the team, and no other share of theirs."""
    others = set(Share.objects.exclude(team=engineering).values_list("pk", flat=True))
    delete_team(team=engineering, actor=alice)
    assert set(Share.objects.values_list("pk", flat=True)) == others
