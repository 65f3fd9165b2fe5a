"""access.check.get_library_for: the one door."""

from __future__ import annotations

import pytest

from libraries.access.check import allowed_actions, can, get_library_for
from libraries.access.lists import visible_libraries
from libraries.errors import ActionNotAllowed, LibraryNotFound
from libraries.models import OPERATOR, Library, User
from libraries.rules.levels import Action, Level
from tests.factories import give, in_days, let_time_pass


@pytest.mark.parametrize("name", ["pk", "natural_id", "object_id"])
def test_it_opens_under_each_of_its_names(alice, handbook, name):
    library = get_library_for(alice, str(getattr(handbook, name)), Action.VIEW)
    assert library == handbook
    assert library.access.level == Level.OWNER


def test_it_takes_a_uuid_in_any_spelling(alice, handbook):
    for spelling in (str(handbook.pk).upper(), handbook.pk.hex):
        assert get_library_for(alice, spelling, Action.VIEW) == handbook


def test_it_is_closed_to_strangers_and_the_shut_out_as_if_nothing_were_there_r9(erin, dave, handbook):
    refusals = []
    for user, name in ((erin, "handbook"), (dave, "handbook"), (erin, "nothing"), (erin, str(handbook.pk))):
        for action in Action:
            with pytest.raises(LibraryNotFound) as refusal:
                get_library_for(user, name, action)
            refusals.append((str(refusal.value), refusal.value.code, refusal.value.rule))
    assert set(refusals) == {("There is no such library.", "library_not_found", "R9")}


@pytest.mark.parametrize(
    "identifier", ["", " handbook", "Handbook", "handbook\n", "a\x00b", "\ud800", "0" * 10_000, "%"]
)
def test_odd_names_open_nothing(alice, handbook, identifier):
    with pytest.raises(LibraryNotFound):
        get_library_for(alice, identifier, Action.VIEW)


def test_it_tells_those_who_see_it_what_they_may_not_do_r4(bob, handbook):
    assert get_library_for(bob, "handbook", Action.CHANGE) == handbook
    for action, words in (
        (Action.SHARE, "share this library"),
        (Action.DELETE, "delete this library"),
        (Action.TRANSFER, "transfer this library or change its sharing settings"),
    ):
        with pytest.raises(ActionNotAllowed, match=f"You may not {words}. Ask an owner of it.") as refusal:
            get_library_for(bob, "handbook", action)
        assert refusal.value.action == action


def test_the_share_list_stays_shut_to_who_is_let_in_with_everyone_r9(erin, press_kit):
    assert get_library_for(erin, "press-kit", Action.VIEW) == press_kit
    with pytest.raises(ActionNotAllowed, match="see whom this library is shared with"):
        get_library_for(erin, "press-kit", Action.VIEW_SHARES)
    give(press_kit, "org:globex", Level.READER)
    assert get_library_for(erin, "press-kit", Action.VIEW_SHARES) == press_kit


def test_it_closes_with_the_second_that_a_share_ends_r3(erin, handbook):
    give(handbook, "erin", Level.READER, expires_at=in_days(1))
    assert get_library_for(erin, "handbook", Action.VIEW) == handbook
    let_time_pass(days=1)
    with pytest.raises(LibraryNotFound):
        get_library_for(erin, "handbook", Action.VIEW)


def test_it_closes_at_once_to_who_is_deactivated_whatever_they_are(alice, admin_user, handbook):
    for user in (alice, admin_user):
        assert get_library_for(user, "handbook", Action.DELETE) == handbook
        User.objects.filter(pk=user.pk).update(is_active=False)
        user.refresh_from_db()
        assert allowed_actions(user, handbook) == frozenset()
        assert not visible_libraries(user).exists()
        with pytest.raises(LibraryNotFound):
            get_library_for(user, "handbook", Action.VIEW)


def test_administrators_come_in_without_a_share_and_superusers_everywhere_r10(
    alice, erin, admin_user, roadmap, lab_notes
):
    assert get_library_for(alice, "roadmap", Action.TRANSFER).access.level == Level.NONE
    with pytest.raises(ActionNotAllowed):
        get_library_for(alice, "roadmap", Action.CHANGE)
    with pytest.raises(LibraryNotFound):
        get_library_for(alice, "lab-notes", Action.VIEW)
    for operator in (admin_user, OPERATOR):
        for library in (roadmap, lab_notes):
            assert allowed_actions(operator, library) == frozenset(Action)
        assert visible_libraries(operator).count() == Library.objects.count()


def test_nothing_is_allowed_to_a_library_that_is_gone(alice, handbook):
    Library.objects.filter(pk=handbook.pk).delete()
    assert allowed_actions(alice, handbook) == frozenset()
    assert not can(alice, Library(name="never saved"), Action.VIEW)
