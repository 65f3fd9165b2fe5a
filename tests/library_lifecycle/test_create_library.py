"""library_lifecycle.create_library"""

from __future__ import annotations

import pytest

from libraries import library_lifecycle
from libraries.access.check import can
from libraries.errors import NameTaken, UnknownOrganization
from libraries.identifiers import NATURAL_ID_LENGTH, is_natural_id
from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Library, User
from libraries.people.members import add_member
from libraries.rules.levels import Action, Level
from tests.factories import level_of, make_user


def test_whoever_makes_it_owns_it_r6_r11(bob, acme, new_events):
    library = create_library(name="Field Notes", description="d", emoji="📓", editors_can_share=True, actor=bob)

    assert (library.name, library.natural_id, library.organization) == ("Field Notes", "field-notes", acme)
    assert (library.description, library.emoji, library.editors_can_share) == ("d", "📓", True)
    assert (library.share_count, library.revision) == (1, 1)
    assert level_of(bob, library) == Level.OWNER
    assert new_events() == [("library.created", "", None, None), ("share.created", "bob", None, Level.OWNER)]


def test_nobody_else_sees_it_but_administrators_r9_r10(bob, alice, carol, erin):
    library = create_library(name="Private", actor=bob)
    assert [can(user, library, Action.VIEW) for user in (bob, alice, carol, erin)] == [True, True, False, False]


def test_it_takes_the_natural_id_that_is_asked_for_or_refuses(bob):
    assert create_library(name="X", natural_id="my-id", actor=bob).natural_id == "my-id"
    with pytest.raises(NameTaken) as refusal:
        create_library(name="X", natural_id="my-id", actor=bob)
    assert (refusal.value.field, refusal.value.value) == ("natural_id", "my-id")


@pytest.mark.parametrize(
    "name", ["Handbook", "x" * 200, "日本語", "0" * 24, "Café", "-", "550e8400-e29b-41d4-a716-446655440000"]
)
def test_it_makes_one_of_its_own_from_any_name_twice(bob, name):
    first, second = (create_library(name=name, actor=bob).natural_id for _ in range(2))
    assert first != second
    assert is_natural_id(first)
    assert is_natural_id(second)
    assert max(len(first), len(second)) <= NATURAL_ID_LENGTH


def test_it_gives_up_after_some_tries(bob, monkeypatch):
    monkeypatch.setattr(library_lifecycle, "_suffixed", lambda natural_id: "handbook")
    with pytest.raises(NameTaken):
        create_library(name="Handbook", actor=bob)


class TestOrganization:
    def test_it_is_the_only_one_that_the_maker_is_in(self, erin, globex):
        assert create_library(name="X", actor=erin).organization == globex

    def test_who_is_in_several_names_one(self, erin, acme, globex):
        add_member(organization=acme, user=erin, actor=OPERATOR)
        with pytest.raises(
            UnknownOrganization, match="Specify the organization, or choose a default one: you are a member of several."
        ):
            create_library(name="X", actor=erin)
        assert create_library(name="X", organization="acme", actor=erin).organization == acme

    @pytest.mark.parametrize("slug", ["globex", "nowhere"])
    def test_one_that_they_are_not_in_is_refused_like_one_that_is_not_r8(self, bob, slug):
        with pytest.raises(UnknownOrganization, match=f"You are not a member of an organization “{slug}”."):
            create_library(name="X", organization=slug, actor=bob)

    def test_who_is_in_none_makes_none(self, world, admin_user):
        for user in (make_user("loner"), admin_user):
            with pytest.raises(UnknownOrganization, match="You are not a member of any organization."):
                create_library(name="X", actor=user)

    def test_an_inactive_user_makes_none(self, bob, new_events):
        User.objects.filter(pk=bob.pk).update(is_active=False)
        with pytest.raises(UnknownOrganization):
            create_library(name="X", actor=bob)
        assert not Library.objects.filter(name="X").exists()
        assert new_events() == []
