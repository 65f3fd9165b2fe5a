"""library_lifecycle.delete_library"""

from __future__ import annotations

import pytest

from libraries.errors import ActionNotAllowed, LibraryNotFound
from libraries.library_lifecycle import delete_library
from libraries.models import (
    OPERATOR,
    Event,
    Library,
    LibraryGroupObjectPermission,
    LibraryUserObjectPermission,
    Share,
)
from libraries.rules.levels import Level
from tests.factories import give


def test_it_takes_every_share_and_grant_along_and_keeps_the_record_r11(alice, handbook, new_events):
    delete_library(library=handbook, actor=alice)

    for model, column in (
        (Library, "pk"),
        (Share, "library"),
        (LibraryUserObjectPermission, "content_object"),
        (LibraryGroupObjectPermission, "content_object"),
    ):
        assert not model.objects.filter(**{column: handbook.pk}).exists()
    assert new_events() == [("library.deleted", "", None, None)]
    assert set(Event.objects.filter(library_id=handbook.pk).values_list("library", flat=True)) == {"handbook"}


def test_an_editor_may_not_and_owners_may_r4(alice, bob, carol, roadmap):
    with pytest.raises(ActionNotAllowed):
        delete_library(library=roadmap, actor=carol)
    give(roadmap, "carol", Level.OWNER)
    delete_library(library=roadmap, actor=carol)
    assert not Library.objects.filter(pk=roadmap.pk).exists()


@pytest.mark.parametrize("power", ["alice", "admin_user", None])
def test_administrators_and_superusers_may_r10(power, roadmap, request):
    delete_library(library=roadmap, actor=request.getfixturevalue(power) if power else OPERATOR)
    assert not Library.objects.filter(pk=roadmap.pk).exists()


def test_strangers_and_the_shut_out_learn_nothing_r9(erin, dave, handbook):
    for stranger in (erin, dave):
        with pytest.raises(LibraryNotFound):
            delete_library(library=handbook, actor=stranger)


def test_it_refuses_a_library_that_is_gone(alice, handbook):
    delete_library(library=Library.objects.get(pk=handbook.pk), actor=alice)
    with pytest.raises(LibraryNotFound):
        delete_library(library=handbook, actor=alice)


def test_a_precondition_may_refuse(alice, handbook, new_events):
    def refuse(library):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        delete_library(library=handbook, precondition=refuse, actor=alice)
    assert Library.objects.filter(pk=handbook.pk).exists()
    assert new_events() == []
