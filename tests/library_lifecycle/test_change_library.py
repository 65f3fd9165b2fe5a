"""library_lifecycle.change_library"""

from __future__ import annotations

import pytest

from libraries.errors import ActionNotAllowed, LibraryNotFound
from libraries.library_lifecycle import change_library
from libraries.models import Event, Library
from libraries.rules.levels import Level
from tests.factories import give


def change(actor, library, **changes):
    return change_library(library=library, changes=changes, actor=actor)


def test_it_changes_and_records_what_it_was_and_is_r11(bob, handbook):
    changed = change(bob, handbook, name="Manual", emoji="📕", description="")

    assert (changed.name, changed.emoji, changed.revision) == ("Manual", "📕", handbook.revision + 1)
    assert changed.updated_at > handbook.updated_at
    assert changed.access.level == Level.EDITOR
    event = Event.objects.latest("pk")
    assert (event.action, event.library_id, event.actor) == ("library.changed", handbook.pk, "bob")
    assert event.details == {"name": ["Handbook", "Manual"], "emoji": ["", "📕"]}


def test_it_records_nothing_where_nothing_changes_r11(alice, handbook, new_events):
    for changes in ({}, {"name": "Handbook", "editors_can_share": False}):
        assert change(alice, handbook, **changes).revision == handbook.revision
    assert new_events() == []


def test_a_reader_may_not_and_an_editor_may_r4(carol, roadmap, bob):
    give(roadmap, "dave", Level.READER)
    dave = roadmap.shares.get(user__username="dave").user
    with pytest.raises(ActionNotAllowed):
        change(dave, roadmap, name="X")
    assert change(carol, roadmap, name="X").name == "X"


def test_who_shares_is_for_owners_and_administrators_r5_r10(alice, carol, bob, roadmap):
    for changes in (
        {"editors_can_share": True},
        {"editors_can_share": True, "name": "X"},
    ):
        with pytest.raises(ActionNotAllowed):
            change(carol, roadmap, **changes)
    assert change(bob, roadmap, editors_can_share=True).editors_can_share
    assert not change(alice, roadmap, editors_can_share=False).editors_can_share


def test_an_administrator_changes_the_setting_and_nothing_else_r10(alice, roadmap):
    with pytest.raises(ActionNotAllowed):
        change(alice, roadmap, name="X")
    with pytest.raises(ActionNotAllowed):
        change(alice, roadmap, name="X", editors_can_share=True)
    assert change(alice, roadmap, editors_can_share=True).editors_can_share


def test_strangers_and_the_shut_out_learn_nothing_r9(erin, dave, handbook):
    for stranger in (erin, dave):
        with pytest.raises(LibraryNotFound):
            change(stranger, handbook, name="X")


def test_it_changes_no_column_beyond_these(alice, handbook):
    for column in ("organization", "share_count", "revision", "object_id", "natural_id"):
        with pytest.raises(ValueError, match=column):
            change(alice, handbook, **{column: 0})


def test_a_precondition_sees_the_library_as_it_stands_and_may_refuse(alice, handbook):
    Library.objects.filter(pk=handbook.pk).update(revision=77)

    def refuse(library):
        assert library.revision == 77
        raise RuntimeError

    with pytest.raises(RuntimeError):
        change_library(library=handbook, changes={"name": "X"}, precondition=refuse, actor=alice)
    assert Library.objects.get(pk=handbook.pk).name == "Handbook"
