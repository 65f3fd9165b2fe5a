"""members.remove_member: R12."""

from __future__ import annotations

import pytest

from libraries.access.check import can
from libraries.errors import LastOwner, NotAdministrator, NotMember, UnknownPrincipal
from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Event, Library, Organization, Share, SharingScope, User
from libraries.people.administrators import administers, set_administrator
from libraries.people.members import remove_member
from libraries.people.queries import is_member
from libraries.people.service_accounts import create_service_account
from libraries.rules.levels import Action, Level
from tests.factories import give, level_of, make_user


def remove(organization, user, successor=None, actor=OPERATOR):
    remove_member(organization=organization, user=user, successor=successor, actor=actor)


def test_every_share_and_team_of_theirs_goes_with_them_r12_r11(alice, carol, acme, handbook, roadmap, new_events):
    give(handbook, "carol", Level.READER)
    assert can(carol, handbook, Action.CHANGE)

    remove(acme, carol, actor=alice)

    assert not is_member(carol, acme)
    assert not carol.groups.exists()
    assert not Share.objects.filter(user=carol).exists()
    assert not any(can(carol, library, Action.VIEW) for library in (handbook, roadmap))
    assert sorted(new_events()[1:]) == [
        ("member.removed", "carol", None, None),
        ("share.revoked", "carol", Level.READER, None),
        ("share.revoked", "carol", Level.EDITOR, None),
    ]
    assert Event.objects.latest("pk").details == {"teams": ["data-science", "engineering"], "powers": []}


def test_the_libraries_counts_stay_right_r12(alice, carol, acme, roadmap):
    remove(acme, carol)
    assert Library.objects.get(pk=roadmap.pk).share_count == roadmap.shares.count() == roadmap.share_count - 1


def test_what_other_organizations_shared_with_them_stays_r12(erin, bob, acme, globex, lab_notes):
    Organization.objects.filter(pk=globex.pk).update(sharing_scope=SharingScope.ANYONE)
    give(lab_notes, "carol", Level.EDITOR)
    carol = User.objects.get(username="carol")
    remove(acme, carol)
    assert level_of(carol, lab_notes) == Level.EDITOR


def test_their_powers_go_too_r12_r10(alice, bob, acme, roadmap):
    set_administrator(organization=acme, user=bob, administrator=True, actor=alice)
    give(roadmap, "carol", Level.OWNER)

    remove(acme, bob)

    assert not administers(bob, acme)
    assert not can(bob, roadmap, Action.VIEW)
    assert Event.objects.latest("pk").details["powers"] == ["administer_organization"]


class TestOwners:
    def test_the_only_owner_stays_and_hears_of_what_r12(self, alice, acme, new_events):
        with pytest.raises(LastOwner) as refusal:
            remove(acme, alice)
        assert refusal.value.libraries == ["handbook", "press-kit"]
        assert is_member(alice, acme)
        assert new_events() == []

    def test_one_of_two_owners_goes_r12(self, bob, acme, roadmap):
        give(roadmap, "carol", Level.OWNER)
        remove(acme, bob)
        assert list(roadmap.shares.filter(level=Level.OWNER).values_list("user__username", flat=True)) == ["carol"]

    def test_a_successor_takes_what_they_alone_owned_and_nothing_else_r12(self, alice, bob, carol, acme, roadmap):
        shared = create_library(name="Shared", actor=bob)
        give(shared, "alice", Level.OWNER)

        remove(acme, bob, successor=carol, actor=alice)

        assert level_of(carol, roadmap) == Level.OWNER
        assert level_of(carol, shared) == Level.NONE
        assert not Share.objects.filter(user=bob).exists()

    def test_the_successor_may_be_shut_out_or_on_a_short_share_until_then_r12(self, alice, bob, dave, acme, roadmap):
        give(roadmap, "dave", Level.NONE)
        remove(acme, bob, successor=dave)
        assert level_of(dave, roadmap) == Level.OWNER

    def test_only_another_active_member_succeeds_r12_r8(self, alice, bob, erin, acme, roadmap, new_events):
        retired = make_user("retired", member_of=acme, is_active=False)
        before = new_events()
        for successor in (bob, erin, retired):
            with pytest.raises(UnknownPrincipal):
                remove(acme, bob, successor=successor)
        assert new_events() == before
        assert level_of(bob, roadmap) == Level.OWNER


def test_only_administrators_remove_others_r10(alice, bob, erin, carol, admin_user, acme):
    for actor in (bob, erin):
        with pytest.raises(NotAdministrator):
            remove(acme, carol, actor=actor)
    remove(acme, carol, actor=alice)
    remove(acme, User.objects.get(username="dave"), actor=admin_user)


def test_anyone_leaves_r15(alice, bob, carol, acme, roadmap, new_events):
    with pytest.raises(LastOwner):
        remove(acme, bob, actor=bob)
    remove(acme, bob, successor=carol, actor=bob)
    assert not is_member(bob, acme)
    assert level_of(carol, roadmap) == Level.OWNER
    assert Event.objects.filter(action="member.removed", principal="bob", actor="bob").exists()
    with pytest.raises(NotMember):
        remove(acme, bob, actor=bob)


def test_an_inactive_account_and_a_service_account_do_not_leave_r13_r15(carol, dave, acme):
    User.objects.filter(pk=dave.pk).update(is_active=False)
    robot = create_service_account(organization=acme, name="robot", actor=OPERATOR)
    for user in (dave, robot):
        with pytest.raises(NotAdministrator):
            remove(acme, user, actor=user)
        assert is_member(user, acme)


def test_who_is_no_member_is_named_so(alice, erin, acme):
    with pytest.raises(NotMember):
        remove(acme, erin, actor=alice)


def test_an_administrator_may_go_too_r10(alice, bob, acme):
    set_administrator(organization=acme, user=bob, administrator=True, actor=alice)
    remove(acme, alice, successor=bob, actor=alice)
    assert not administers(alice, acme)


def test_its_cost_does_not_grow_with_what_others_have(alice, acme, carol, django_assert_max_num_queries):
    for number in range(20):
        create_library(name=f"L{number}", actor=alice)
    with django_assert_max_num_queries(30):
        remove(acme, carol)
