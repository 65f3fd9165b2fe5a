"""sharing.revoke_share"""

from __future__ import annotations

import pytest

from libraries.access.check import can
from libraries.errors import ActionNotAllowed, LevelAboveOwn, LibraryNotFound, OwnShareFixed, ShareNotFound
from libraries.library_lifecycle import change_library
from libraries.models import OPERATOR, Library, LibraryGroupObjectPermission, Organization, SharingScope, User
from libraries.principals import named, with_email
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing.share import revoke_share
from tests.factories import give, in_days, let_time_pass, make_user


def revoke(actor, library, principal, **options):
    return revoke_share(library=library, principal=named(principal), actor=actor, **options)


def leave(user, library):
    """The user's own share is the one that is taken away."""
    return revoke(user, library, user.username)


def test_it_takes_the_share_away_with_its_grants_and_records_it_r11(alice, bob, handbook, new_events):
    assert can(bob, handbook, Action.CHANGE)

    share = revoke(alice, handbook, "team:engineering")

    assert (share.principal_name, share.level) == ("team:engineering", Level.EDITOR)
    assert not can(bob, handbook, Action.CHANGE)
    assert not LibraryGroupObjectPermission.objects.filter(share=share.pk).exists()
    assert new_events() == [("share.revoked", "team:engineering", Level.EDITOR, None)]
    after = Library.objects.get(pk=handbook.pk)
    assert (after.share_count, after.revision) == (handbook.share_count - 1, handbook.revision + 1)


def test_taking_a_shut_out_away_lets_them_in_again_r2(alice, dave, handbook):
    assert not can(dave, handbook, Action.VIEW)
    revoke(alice, handbook, "team:interns")
    assert can(dave, handbook, Action.VIEW)


@pytest.mark.parametrize("principal", ["carol", "nobody", "team:nothing", "everyone", "", "a\x00b", "\ud800"])
def test_what_has_no_share_is_not_found_and_nothing_is_recorded_r11(alice, handbook, principal, new_events):
    with pytest.raises(ShareNotFound):
        revoke(alice, handbook, principal)
    assert new_events() == []


def test_a_reader_may_not_and_does_not_learn_who_has_a_share_r4_r9(alice, carol, handbook, roadmap):
    give(handbook, "team:engineering", Level.READER)
    refusals = []
    for principal in ("org:acme", "alice", "nobody"):
        with pytest.raises(ActionNotAllowed) as refusal:
            revoke(carol, handbook, principal)
        refusals.append(str(refusal.value))
    assert len(set(refusals)) == 1


def test_an_editor_may_up_to_their_own_level_where_the_library_says_so_r4_r5(alice, bob, handbook):
    with pytest.raises(ActionNotAllowed):
        revoke(bob, handbook, "org:acme")

    change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)
    assert revoke(bob, handbook, "org:acme").level == Level.READER
    with pytest.raises(LevelAboveOwn):
        revoke(bob, handbook, "alice")


def test_only_owners_take_ownership_away_whoever_administers_r5_r10(alice, bob, admin_user, roadmap):
    give(roadmap, "carol", Level.OWNER)
    for actor in (alice, admin_user, OPERATOR):
        with pytest.raises(LevelAboveOwn):
            revoke(actor, roadmap, "carol")
    assert revoke(bob, roadmap, "carol").level == Level.OWNER


def test_an_administrator_may_without_any_share_r10(alice, erin, roadmap):
    with pytest.raises(LibraryNotFound):
        revoke(erin, roadmap, "carol")
    assert revoke(alice, roadmap, "carol").level == Level.EDITOR


def test_strangers_and_the_shut_out_learn_nothing_r9(erin, dave, handbook):
    for stranger in (erin, dave):
        with pytest.raises(LibraryNotFound):
            revoke(stranger, handbook, "org:acme")


def test_one_who_is_outside_by_now_can_still_be_removed_r8(alice, acme, handbook):
    give(handbook, "erin", Level.READER)
    Organization.objects.filter(pk=acme.pk).update(sharing_scope=SharingScope.ORGANIZATION)
    assert revoke(alice, handbook, "erin").level == Level.READER


def test_a_precondition_sees_the_share_and_may_refuse(alice, handbook, new_events):
    seen = []

    def refuse(share):
        seen.append(share.principal_name)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        revoke(alice, handbook, "org:acme", precondition=refuse)
    with pytest.raises(ShareNotFound):
        revoke(alice, handbook, "nobody", precondition=refuse)
    assert seen == ["org:acme"]
    assert new_events() == []


class TestLeaving:
    def test_anyone_gives_up_their_own_share_r7(self, carol, roadmap, new_events):
        assert leave(carol, roadmap).level == Level.EDITOR
        assert new_events() == [("share.revoked", "carol", Level.EDITOR, None)]
        assert not can(carol, roadmap, Action.CHANGE)

    def test_a_reader_does_by_any_of_their_names_r7(self, erin, handbook):
        for name in (named("erin"), with_email(Kind.USER, "ERIN@GLOBEX.EXAMPLE")):
            give(handbook, "erin", Level.READER)
            assert revoke_share(library=handbook, principal=name, actor=erin).level == Level.READER

    def test_an_owner_cannot_and_the_other_owner_can_let_them_go_r6(self, alice, bob, handbook):
        give(handbook, "bob", Level.OWNER)
        for actor, library in ((alice, handbook), (bob, handbook)):
            with pytest.raises(OwnShareFixed):
                leave(actor, library)
        assert revoke(alice, handbook, "bob").level == Level.OWNER

    def test_an_owner_who_administers_cannot_either_r6_r10(self, alice, admin_user, handbook):
        with pytest.raises(OwnShareFixed):
            leave(alice, handbook)
        give(handbook, "admin", Level.OWNER)
        with pytest.raises(OwnShareFixed):
            leave(admin_user, handbook)

    def test_one_without_a_share_of_their_own_has_nothing_to_give_up(self, bob, handbook, erin):
        with pytest.raises(ShareNotFound):
            leave(bob, handbook)
        with pytest.raises(LibraryNotFound):
            leave(erin, handbook)

    def test_the_shut_out_cannot_give_up_being_so_r2_r7(self, bob, handbook):
        give(handbook, "bob", Level.NONE)
        with pytest.raises(LibraryNotFound):
            leave(bob, handbook)

    def test_one_whose_share_is_over_cannot_see_it_to_give_it_up_r3(self, erin, handbook):
        give(handbook, "erin", Level.READER, expires_at=in_days(1))
        let_time_pass(days=1)
        with pytest.raises(LibraryNotFound):
            leave(erin, handbook)

    def test_an_account_without_email_is_nobody_by_an_empty_one_r7(self, acme, handbook):
        victim, attacker = make_user("victim", member_of=acme), make_user("attacker", member_of=acme)
        give(handbook, "victim", Level.EDITOR)
        with pytest.raises(ActionNotAllowed):
            revoke_share(library=handbook, principal=with_email(Kind.USER, ""), actor=attacker)
        assert can(victim, handbook, Action.CHANGE)

    def test_an_email_that_python_takes_for_anothers_is_still_not_theirs_r7(self, acme, handbook):
        victim = make_user("victim", member_of=acme, email="kim@acme.example")
        attacker = make_user("attacker", member_of=acme)
        attacker.email = "\N{KELVIN SIGN}im@acme.example"
        give(handbook, "victim", Level.EDITOR)

        with pytest.raises(ActionNotAllowed):
            revoke_share(library=handbook, principal=with_email(Kind.USER, "kim@acme.example"), actor=attacker)
        assert can(victim, handbook, Action.CHANGE)


def test_a_deactivated_user_can_do_nothing_by_this_way(bob, handbook):
    give(handbook, "bob", Level.EDITOR)
    User.objects.filter(pk=bob.pk).update(is_active=False)
    bob.refresh_from_db()
    with pytest.raises(LibraryNotFound):
        leave(bob, handbook)
