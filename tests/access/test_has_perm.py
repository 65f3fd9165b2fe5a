"""Django's own question, `user.has_perm("libraries.change_library", library)`, answered by the rules."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, Group, Permission

from libraries.models import Library, User
from libraries.rules.levels import Action, Level
from tests.factories import give, in_days, let_time_pass

ALL = {f"libraries.{action}" for action in Action}


def perms(user, library):
    return {name for name in ALL if user.has_perm(name, library)}


@pytest.mark.parametrize(
    ("username", "library", "expected"),
    [
        ("alice", "handbook", ALL),
        ("bob", "handbook", {"libraries.view_library", "libraries.change_library", "libraries.view_shares"}),
        ("dave", "handbook", set()),
        ("erin", "handbook", set()),
        ("erin", "press-kit", {"libraries.view_library"}),
        ("alice", "roadmap", ALL - {"libraries.change_library"}),
        ("alice", "lab-notes", set()),
        ("admin", "lab-notes", ALL),
    ],
)
def test_it_is_right_for_everybody_r1_r2_r4_r9_r10(world, username, library, expected):
    user, library = User.objects.get(username=username), Library.objects.get(natural_id=library)
    assert perms(user, library) == expected
    if not user.is_superuser:
        assert user.get_all_permissions(library) == expected


def test_an_inactive_user_has_none_whoever_they_are(alice, admin_user, handbook):
    for user in (alice, admin_user):
        user.is_active = False
        assert perms(user, handbook) == set()
        assert user.get_all_permissions(handbook) == set()


def test_nobody_has_none(press_kit):
    assert perms(AnonymousUser(), press_kit) == set()
    assert AnonymousUser().get_all_permissions(press_kit) == set()


def test_it_ends_with_the_share_r3(erin, handbook):
    give(handbook, "erin", Level.EDITOR, expires_at=in_days(1))
    assert erin.has_perm("libraries.change_library", handbook)
    let_time_pass(days=1)
    assert not erin.has_perm("libraries.change_library", handbook)


def test_it_is_asked_anew_each_time(erin, handbook):
    """Django's backends keep what they found on the user; these answers must not be kept."""
    assert not erin.has_perm("libraries.view_library", handbook)
    give(handbook, "erin", Level.READER)
    assert erin.has_perm("libraries.view_library", handbook)
    give(handbook, "erin", Level.NONE)
    assert not erin.has_perm("libraries.view_library", handbook)


@pytest.mark.parametrize(
    "name",
    [
        "libraries.no_such_thing",
        "libraries.shut_out",
        "libraries.add_library",
        "auth.view_library",
        "",
        ".",
        "libraries.",
    ],
)
def test_an_unknown_permission_is_nobodys(alice, dave, handbook, name):
    for user in (alice, dave):
        assert not user.has_perm(name, handbook)


def test_it_takes_a_permission_without_its_app_as_guardian_does(alice, handbook):
    assert alice.has_perm("view_library", handbook)


class TestModelWide:
    """What is given for every library at once, by Django's own tables, says nothing of any one."""

    @pytest.fixture
    def view(self, world):
        return Permission.objects.get(codename="view_library", content_type__app_label="libraries")

    def test_a_users_permission_does_not_open_a_library(self, erin, handbook, view):
        erin.user_permissions.add(view)
        assert erin.has_perm("libraries.view_library")
        assert not erin.has_perm("libraries.view_library", handbook)
        assert not Library.objects.visible_to(erin).contains(handbook)

    def test_a_groups_permission_does_not_either(self, erin, globex, handbook, view):
        globex.group.permissions.add(view)
        assert erin.has_perm("libraries.view_library")
        assert not erin.has_perm("libraries.view_library", handbook)
        assert not Library.objects.visible_to(erin).contains(handbook)

    def test_no_object_means_no_answer_from_us(self, alice, handbook):
        assert not alice.has_perm("libraries.view_library")


def test_groups_alone_give_nothing_that_can_be_told_apart_r2(bob, handbook):
    assert bob.get_group_permissions(handbook) == set()


def test_other_objects_are_answered_as_guardian_answers_them_r10(alice, bob, erin, acme):
    assert alice.has_perm("libraries.administer_organization", acme)
    assert alice.get_all_permissions(acme) == {"administer_organization"}
    for user in (bob, erin):
        assert not user.has_perm("libraries.administer_organization", acme)
    assert alice.get_group_permissions(acme) == set()


def test_a_group_that_is_neither_team_nor_organization_is_no_principal(erin, handbook):
    erin.groups.add(Group.objects.create(name="reviewers"))
    assert perms(erin, handbook) == set()


def test_asynchronous_code_gets_the_same_answer(bob, dave, handbook):
    for user in (bob, dave):
        assert {name for name in ALL if async_to_sync(user.ahas_perm)(name, handbook)} == perms(user, handbook)
        assert async_to_sync(user.aget_all_permissions)(handbook) == user.get_all_permissions(handbook)
