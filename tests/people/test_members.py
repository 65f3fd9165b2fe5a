"""membership: who is in an organization, and who administers it."""

from __future__ import annotations

import pytest

from libraries.access.check import can
from libraries.access.decisions import checkable_organizations
from libraries.errors import ConsentNeeded, NameTaken, NotAdministrator, NotMember, NotSuperuser
from libraries.models import OPERATOR, SharingScope, User
from libraries.people.administrators import administers, set_administrator, set_check_access
from libraries.people.members import add_member, put_member, remove_member
from libraries.people.organizations import create_organization
from libraries.people.queries import is_member
from libraries.rules.levels import Action


class TestCreateOrganization:
    def test_a_superuser_founds_one_and_others_do_not_r10(self, alice, admin_user, new_events):
        with pytest.raises(NotSuperuser):
            create_organization(slug="initech", name="Initech", actor=alice)
        made = create_organization(slug="initech", name="Initech", actor=admin_user)
        assert made.sharing_scope == SharingScope.ORGANIZATION
        assert new_events() == [("organization.created", "", None, None)]

    def test_its_slug_is_its_own(self, acme, new_events):
        with pytest.raises(NameTaken):
            create_organization(slug="acme", name="Other", actor=OPERATOR)
        assert new_events() == []

    def test_a_superuser_who_is_inactive_founds_none(self, admin_user):
        admin_user.is_active = False
        with pytest.raises(NotSuperuser):
            create_organization(slug="initech", name="Initech", actor=admin_user)


class TestAddMember:
    def test_a_member_sees_what_the_organization_may_see_r1_r11(self, admin_user, erin, acme, handbook, new_events):
        assert not can(erin, handbook, Action.VIEW)
        assert add_member(organization=acme, user=erin, actor=admin_user)
        assert is_member(erin, acme)
        assert can(erin, handbook, Action.VIEW)
        assert new_events() == [("member.added", "erin", None, None)]

    def test_it_changes_nothing_for_a_member_r11(self, alice, bob, acme, new_events):
        assert not add_member(organization=acme, user=bob, actor=alice)
        assert new_events() == []

    def test_only_superusers_may_r10_r15(self, alice, bob, erin, acme, admin_user, new_events):
        for actor, refusal in ((bob, NotAdministrator), (erin, NotAdministrator), (alice, ConsentNeeded)):
            with pytest.raises(refusal):
                add_member(organization=acme, user=erin, actor=actor)
            with pytest.raises(refusal):
                put_member(organization=acme, user=erin, administrator=True, actor=actor)
        assert not is_member(erin, acme)
        assert new_events() == []
        assert put_member(organization=acme, user=erin, administrator=True, actor=admin_user)

    def test_a_superuser_who_was_demoted_meanwhile_adds_nobody_r15(self, admin_user, erin, acme):
        """The one in memory is a superuser still."""
        User.objects.filter(pk=admin_user.pk).update(is_superuser=False)
        with pytest.raises(NotAdministrator):
            add_member(organization=acme, user=erin, actor=admin_user)
        assert not is_member(erin, acme)


class TestSetAdministrator:
    def test_the_power_comes_and_goes_r10_r11(self, alice, bob, acme, press_kit, new_events):
        for wanted, changed in ((True, True), (True, False), (False, True), (False, False)):
            assert set_administrator(organization=acme, user=bob, administrator=wanted, actor=alice) == changed
            assert administers(bob, acme) == can(bob, press_kit, Action.DELETE) == wanted
        assert new_events() == [
            ("administrator.added", "bob", None, None),
            ("administrator.removed", "bob", None, None),
        ]

    def test_it_reaches_one_organization_alone_r10(self, alice, erin, acme, globex, lab_notes):
        assert not administers(alice, globex)
        assert not can(alice, lab_notes, Action.VIEW)

    def test_only_members_get_it_and_only_administrators_give_it_r10(self, alice, bob, carol, erin, acme):
        with pytest.raises(NotMember):
            set_administrator(organization=acme, user=erin, administrator=True, actor=alice)
        with pytest.raises(NotAdministrator):
            set_administrator(organization=acme, user=bob, administrator=True, actor=carol)

    def test_an_inactive_administrator_has_no_power_r10(self, alice, acme):
        User.objects.filter(pk=alice.pk).update(is_active=False)
        alice.refresh_from_db()
        assert not administers(alice, acme)


class TestSetCheckAccess:
    def test_the_power_comes_and_goes_r10_r11(self, alice, bob, acme, new_events):
        for allowed, changed in ((True, True), (True, False), (False, True), (False, False)):
            assert set_check_access(organization=acme, user=bob, allowed=allowed, actor=alice) == changed
            assert checkable_organizations(bob).contains(acme) == allowed
            assert not administers(bob, acme)
        assert new_events() == [
            ("check_access.given", "bob", None, None),
            ("check_access.taken", "bob", None, None),
        ]

    def test_administrators_hold_it_without_in_their_organization_alone_r10(self, alice, admin_user, acme, globex):
        assert set(checkable_organizations(alice)) == {acme}
        assert set(checkable_organizations(admin_user)) == {acme, globex}

    def test_only_members_get_it_and_only_administrators_give_it_r10(self, alice, bob, carol, erin, acme, new_events):
        with pytest.raises(NotMember):
            set_check_access(organization=acme, user=erin, allowed=True, actor=alice)
        with pytest.raises(NotAdministrator):
            set_check_access(organization=acme, user=bob, allowed=True, actor=carol)
        assert new_events() == []

    def test_it_does_not_make_who_holds_it_a_giver_r10(self, alice, bob, carol, acme):
        set_check_access(organization=acme, user=bob, allowed=True, actor=alice)
        with pytest.raises(NotAdministrator):
            set_check_access(organization=acme, user=carol, allowed=True, actor=bob)

    def test_it_goes_with_the_membership_r12(self, alice, carol, acme):
        set_check_access(organization=acme, user=carol, allowed=True, actor=alice)
        remove_member(organization=acme, user=carol, actor=alice)
        assert not checkable_organizations(carol).exists()
