"""sharing.transfer_library"""

from __future__ import annotations

import pytest

from libraries.errors import ActionNotAllowed, LibraryNotFound, OnlyUsersOwn, UnknownPrincipal
from libraries.models import OPERATOR, Library, Share, User
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import transfer_library
from tests.factories import give, in_days, level_of


def transfer(actor, library, to):
    return transfer_library(library=library, to=named(to), actor=actor)


def owners_of(library):
    return sorted(library.shares.filter(level=Level.OWNER).values_list("user__username", flat=True))


def test_it_makes_the_new_owner_and_the_old_one_an_editor_r6_r11(alice, erin, handbook, new_events):
    share = transfer(alice, handbook, "erin")

    assert (share.user, share.level, share.granted_by) == (erin, Level.OWNER, alice)
    assert owners_of(handbook) == ["erin"]
    assert level_of(alice, handbook) == Level.EDITOR
    assert new_events() == [
        ("share.changed", "alice", Level.OWNER, Level.EDITOR),
        ("share.created", "erin", None, Level.OWNER),
        ("library.transferred", "erin", None, Level.OWNER),
    ]
    assert Library.objects.get(pk=handbook.pk).share_count == handbook.share_count + 1


@pytest.mark.parametrize("level", [Level.NONE, Level.READER, Level.EDITOR])
def test_it_raises_the_share_that_they_have_for_good_r3(alice, erin, handbook, level):
    before = give(handbook, "erin", level, expires_at=in_days(1), note="trial")
    share = transfer(alice, handbook, "erin")
    assert (share.pk, share.level, share.expires_at, share.note) == (before.pk, Level.OWNER, None, "trial")
    assert level_of(erin, handbook) == Level.OWNER


def test_other_owners_stay_when_an_owner_hands_over_r6(alice, bob, handbook):
    give(handbook, "bob", Level.OWNER)
    transfer(alice, handbook, "carol")
    assert owners_of(handbook) == ["bob", "carol"]


def test_handing_over_to_another_owner_is_a_transfer_all_the_same_r11(alice, handbook, new_events):
    give(handbook, "bob", Level.OWNER)
    transfer(alice, handbook, "bob")
    assert owners_of(handbook) == ["bob"]
    assert new_events()[1:] == [
        ("share.changed", "alice", Level.OWNER, Level.EDITOR),
        ("library.transferred", "bob", Level.OWNER, Level.OWNER),
    ]


def test_to_oneself_it_changes_and_records_nothing_r11(alice, handbook, new_events):
    assert transfer(alice, handbook, "alice").level == Level.OWNER
    assert owners_of(handbook) == ["alice"]
    assert new_events() == []


@pytest.mark.parametrize("power", ["alice", "admin", ""])
def test_an_administrators_transfer_makes_every_other_owner_an_editor_r10(roadmap, power):
    give(roadmap, "carol", Level.OWNER)
    actor = User.objects.get(username=power) if power else OPERATOR

    transfer(actor, roadmap, "dave")

    assert owners_of(roadmap) == ["dave"]
    levels = dict(roadmap.shares.exclude(user=None).values_list("user__username", "level"))
    assert levels == {"bob": Level.EDITOR, "carol": Level.EDITOR, "dave": Level.OWNER}


def test_an_administrator_may_take_it_themself_r10(alice, roadmap):
    transfer(alice, roadmap, "alice")
    assert owners_of(roadmap) == ["alice"]


def test_an_editor_may_not_even_where_editors_share_r4(bob, handbook):
    Library.objects.filter(pk=handbook.pk).update(editors_can_share=True)
    with pytest.raises(ActionNotAllowed):
        transfer(bob, handbook, "bob")
    assert owners_of(handbook) == ["alice"]


def test_strangers_and_the_shut_out_learn_nothing_r9(erin, dave, handbook):
    for stranger in (erin, dave):
        with pytest.raises(LibraryNotFound):
            transfer(stranger, handbook, "erin")


@pytest.mark.parametrize("principal", ["team:engineering", "org:acme", "everyone"])
def test_only_a_user_becomes_the_owner(alice, handbook, principal):
    with pytest.raises(OnlyUsersOwn):
        transfer(alice, handbook, principal)


@pytest.mark.parametrize("principal", ["alice", "nobody", "", "a\x00b"])
def test_nobody_from_outside_does_r8(erin, lab_notes, principal):
    with pytest.raises(UnknownPrincipal):
        transfer(erin, lab_notes, principal)
    assert owners_of(lab_notes) == ["erin"]


def test_no_inactive_user_does_even_with_a_share_r8(erin, frank, lab_notes):
    give(lab_notes, "frank", Level.EDITOR)
    User.objects.filter(pk=frank.pk).update(is_active=False)
    with pytest.raises(UnknownPrincipal):
        transfer(erin, lab_notes, "frank")
    assert Share.objects.get(user=frank, library=lab_notes).level == Level.EDITOR
