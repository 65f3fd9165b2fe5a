"""sharing.share_library"""

from __future__ import annotations

import pytest

from libraries.access.check import can
from libraries.errors import (
    ActionNotAllowed,
    InvalidText,
    LevelAboveOwn,
    LibraryNotFound,
    OnlyUsersOwn,
    OwnShareFixed,
    SharingError,
)
from libraries.library_lifecycle import change_library
from libraries.models import (
    OPERATOR,
    Library,
    LibraryUserObjectPermission,
    Organization,
    Share,
    User,
)
from libraries.principals import named, with_email, with_id
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing import write
from libraries.sharing.share import revoke_share, share_library
from tests.factories import give, give_as, in_days, level_of


def test_it_gives_the_level_and_records_it_r11(alice, erin, handbook, new_events):
    assert not can(erin, handbook, Action.VIEW)

    share, created = give_as(alice, handbook, "erin", Level.EDITOR, note="for the audit")

    assert created
    assert (share.user, share.level, share.note, share.granted_by) == (erin, Level.EDITOR, "for the audit", alice)
    assert can(erin, handbook, Action.CHANGE)
    assert new_events() == [("share.created", "erin", None, Level.EDITOR)]
    after = Library.objects.get(pk=handbook.pk)
    assert (after.share_count, after.revision) == (handbook.share_count + 1, handbook.revision + 1)


def test_it_changes_the_level_of_a_share_that_exists(alice, erin, handbook, new_events):
    first, _ = give_as(alice, handbook, "erin", Level.EDITOR)

    share, created = give_as(alice, handbook, "erin", Level.READER)

    assert not created
    assert share.pk == first.pk
    assert level_of(erin, handbook) == Level.READER
    assert new_events()[1:] == [("share.changed", "erin", Level.EDITOR, Level.READER)]
    assert Library.objects.get(pk=handbook.pk).share_count == handbook.share_count + 1


def test_it_changes_and_records_nothing_when_sent_again_r11(alice, handbook, new_events):
    first, _ = give_as(alice, handbook, "erin", Level.EDITOR, expires_at=in_days(3), note="x")
    before = Library.objects.get(pk=handbook.pk).revision

    again, created = give_as(alice, handbook, "erin", Level.EDITOR, expires_at=first.expires_at, note="x")
    kept, _ = give_as(alice, handbook, "erin", Level.EDITOR)

    assert not created
    assert Share.objects.get(pk=first.pk).updated_at == first.updated_at == again.updated_at == kept.updated_at
    assert Library.objects.get(pk=handbook.pk).revision == before
    assert len(new_events()) == 1


@pytest.mark.parametrize("reference", [named("erin"), with_email(Kind.USER, "ERIN@globex.example")])
def test_it_finds_the_share_by_whatever_name(alice, erin, handbook, reference):
    for name in (reference, with_id(Kind.USER, erin.pk)):
        share_library(library=handbook, principal=name, level=Level.READER, actor=alice)
    assert handbook.shares.filter(user=erin).count() == 1


def test_it_makes_everything_or_nothing_r11(alice, erin, handbook, new_events, monkeypatch):
    def fail(*args, **options):
        raise RuntimeError

    monkeypatch.setattr(write, "record_of_share", fail)
    with pytest.raises(RuntimeError):
        give_as(alice, handbook, "erin", Level.EDITOR)

    assert not handbook.shares.filter(user=erin).exists()
    assert not LibraryUserObjectPermission.objects.filter(user=erin, content_object=handbook).exists()
    assert Library.objects.get(pk=handbook.pk).share_count == handbook.share_count
    assert new_events() == []


def test_a_refusal_changes_nothing_and_is_no_event_r11(bob, handbook, new_events):
    before = list(handbook.shares.values())
    with pytest.raises(SharingError):
        give_as(bob, handbook, "carol", Level.READER)
    assert list(handbook.shares.values()) == before
    assert new_events() == []


class TestWhoMayShare:
    def test_a_reader_may_not_and_an_owner_may_r4(self, alice, carol, roadmap, bob):
        give(roadmap, "alice", Level.READER)
        remove_power(alice)
        with pytest.raises(ActionNotAllowed):
            give_as(alice, roadmap, "dave", Level.READER)

        give_as(bob, roadmap, "alice", Level.OWNER)
        assert give_as(alice, roadmap, "dave", Level.READER)[1]

    def test_an_editor_may_where_the_library_says_so_r4(self, alice, bob, handbook):
        with pytest.raises(ActionNotAllowed):
            give_as(bob, handbook, "carol", Level.READER)

        change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)
        assert give_as(bob, handbook, "carol", Level.READER)[1]

    def test_an_administrator_of_its_organization_may_r10(self, alice, erin, roadmap):
        with pytest.raises(LibraryNotFound):
            give_as(erin, roadmap, "dave", Level.READER)
        assert level_of(alice, roadmap) == Level.NONE
        assert give_as(alice, roadmap, "dave", Level.EDITOR)[1]

    def test_a_stranger_and_one_who_is_shut_out_learn_nothing_r9(self, erin, dave, handbook):
        for stranger in (erin, dave):
            with pytest.raises(LibraryNotFound):
                give_as(stranger, handbook, "nobody", Level.READER)

    def test_it_refuses_a_library_that_is_gone(self, alice, handbook):
        Library.objects.filter(pk=handbook.pk).delete()
        with pytest.raises(LibraryNotFound):
            give_as(alice, handbook, "carol", Level.READER)

    def test_it_looks_at_the_library_as_it_stands_not_at_the_object_it_was_given(self, alice, bob, handbook):
        handbook.editors_can_share = True
        with pytest.raises(ActionNotAllowed):
            give_as(bob, handbook, "carol", Level.READER)


def remove_power(user: User) -> None:
    Organization.objects.get(slug="acme").user_permissions.filter(user=user).delete()


class TestClimbing:
    def test_an_editor_gives_up_to_editor_and_an_owner_anything_r5(self, alice, bob, handbook):
        change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)
        with pytest.raises(LevelAboveOwn):
            give_as(bob, handbook, "carol", Level.OWNER)
        assert give_as(bob, handbook, "carol", Level.EDITOR)[0].level == Level.EDITOR
        assert give_as(alice, handbook, "carol", Level.OWNER)[0].level == Level.OWNER

    @pytest.mark.parametrize("level", [Level.NONE, Level.READER, Level.EDITOR])
    def test_an_editor_leaves_owners_alone_r5(self, alice, bob, handbook, level):
        change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)
        with pytest.raises(LevelAboveOwn):
            give_as(bob, handbook, "alice", level)

    def test_only_owners_touch_ownership_whoever_administers_r5_r10(self, alice, admin_user, roadmap, bob):
        for actor in (alice, admin_user, OPERATOR):
            with pytest.raises(LevelAboveOwn):
                give_as(actor, roadmap, "carol", Level.OWNER)
            with pytest.raises(LevelAboveOwn):
                give_as(actor, roadmap, "bob", Level.READER)
        assert give_as(bob, roadmap, "carol", Level.OWNER)[0].level == Level.OWNER

    def test_an_owner_who_administers_is_an_owner_first_r5(self, alice, handbook):
        assert give_as(alice, handbook, "bob", Level.OWNER)[0].level == Level.OWNER

    def test_an_editor_cannot_raise_themself_r5(self, alice, bob, handbook):
        change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)
        with pytest.raises(LevelAboveOwn):
            give_as(bob, handbook, "bob", Level.OWNER)
        assert give_as(bob, handbook, "bob", Level.EDITOR)[0].level == Level.EDITOR

    def test_one_who_lost_the_level_cannot_use_it_any_more_r5(self, alice, bob, handbook):
        change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)
        give_as(alice, handbook, "team:engineering", Level.READER)
        with pytest.raises(ActionNotAllowed):
            give_as(bob, handbook, "carol", Level.EDITOR)


class TestOwners:
    @pytest.mark.parametrize("level", [Level.NONE, Level.READER, Level.EDITOR])
    def test_an_owner_cannot_lower_themself_and_another_owner_can_r6(self, alice, bob, handbook, level):
        give(handbook, "bob", Level.OWNER)
        with pytest.raises(OwnShareFixed):
            give_as(alice, handbook, "alice", level)
        assert give_as(bob, handbook, "alice", level)[0].level == level

    def test_an_owner_cannot_note_anything_on_their_own_share_r6(self, alice, handbook, new_events):
        with pytest.raises(OwnShareFixed):
            give_as(alice, handbook, "alice", Level.OWNER, note="mine")
        assert give_as(alice, handbook, "alice", Level.OWNER)[1] is False
        assert new_events() == []

    @pytest.mark.parametrize("principal", ["team:engineering", "org:acme", "org:globex", "everyone"])
    def test_only_a_user_can_be_one(self, alice, handbook, principal):
        with pytest.raises(OnlyUsersOwn):
            give_as(alice, handbook, principal, Level.OWNER)


class TestNotes:
    @pytest.mark.parametrize("note", ["x" * 501, "a\x00b", "\ud800"])
    def test_what_cannot_be_kept_is_refused(self, alice, handbook, note):
        with pytest.raises(InvalidText):
            give_as(alice, handbook, "erin", Level.READER, note=note)

    def test_a_note_stays_until_another_is_given(self, alice, handbook):
        give_as(alice, handbook, "erin", Level.READER, note="ünïcödé 🎉")
        assert give_as(alice, handbook, "erin", Level.EDITOR)[0].note == "ünïcödé 🎉"
        assert give_as(alice, handbook, "erin", Level.EDITOR, note="")[0].note == ""


class TestPreconditions:
    def test_it_is_asked_with_the_share_as_it_stands_and_may_refuse(self, alice, handbook, new_events):
        seen = []

        def refuse(share):
            seen.append(share and share.principal_name)
            raise RuntimeError

        for principal in ("erin", "org:acme"):
            with pytest.raises(RuntimeError):
                give_as(alice, handbook, principal, Level.EDITOR, precondition=refuse)
        assert seen == [None, "org:acme"]
        assert new_events() == []

    def test_one_who_may_not_share_never_gets_so_far_r9(self, bob, handbook):
        def refuse(share):
            raise RuntimeError

        with pytest.raises(ActionNotAllowed):
            give_as(bob, handbook, "carol", Level.READER, precondition=refuse)


def test_one_may_shut_themself_out_and_only_others_let_them_back_in_r2_r7(alice, carol, bob, roadmap):
    give_as(bob, roadmap, "carol", Level.OWNER)
    give_as(bob, roadmap, "dave", Level.EDITOR)
    change_library(library=roadmap, changes={"editors_can_share": True}, actor=bob)
    dave = User.objects.get(username="dave")
    give_as(dave, roadmap, "dave", Level.NONE)

    with pytest.raises(LibraryNotFound):
        revoke_share(library=roadmap, principal=named("dave"), actor=dave)
    assert give_as(carol, roadmap, "dave", Level.READER)[0].level == Level.READER
