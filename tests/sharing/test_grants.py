"""grants: the object permissions that enforce shares, however they are tampered with."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from guardian.shortcuts import assign_perm

from libraries.access.check import can
from libraries.db.in_migrations import new_uuid
from libraries.models import Library, LibraryGroupObjectPermission, LibraryUserObjectPermission, Share
from libraries.rules.levels import GRANTED, Action, Kind, Level
from libraries.sharing import grants
from tests.factories import give, give_to_many, in_days

SharesPermission = LibraryUserObjectPermission | LibraryGroupObjectPermission


def granted_by(share):
    table: Any = LibraryUserObjectPermission if share.kind == Kind.USER else LibraryGroupObjectPermission
    return table.objects.filter(share=share)


def permission(codename):
    return Permission.objects.get(codename=codename, content_type__model="library")


def repair_all():
    for discrepancy in list(grants.discrepancies()):
        grants.repair(discrepancy)


@pytest.mark.parametrize("principal", ["erin", "team:data-science", "org:globex", "everyone"])
def test_a_share_grants_what_its_level_says_and_nothing_else_r4(handbook, principal):
    for level in (Level.NONE, Level.READER, Level.EDITOR, Level.READER, Level.NONE, Level.EDITOR):
        share = give(handbook, principal, level)
        rows = granted_by(share)
        assert sorted(rows.values_list("permission__codename", flat=True)) == sorted(GRANTED[level])
        assert set(rows.values_list("content_object", "expires_at")) == {(handbook.pk, None)}


def test_grants_end_with_their_share_r3(handbook):
    share = give(handbook, "erin", Level.EDITOR, expires_at=in_days(1))
    assert set(granted_by(share).values_list("expires_at", flat=True)) == {share.expires_at}
    later = give(handbook, "erin", Level.EDITOR, expires_at=in_days(2))
    assert set(granted_by(share).values_list("expires_at", flat=True)) == {later.expires_at}
    give(handbook, "erin", Level.EDITOR, expires_at=None)
    assert set(granted_by(share).values_list("expires_at", flat=True)) == {None}


def test_nobody_grants_past_a_share(erin, handbook):
    """Guardian's own way of giving a permission has no share to name, and the database wants one."""
    with pytest.raises(IntegrityError), transaction.atomic():
        assign_perm("view_library", erin, handbook)
    assert not can(erin, handbook, Action.VIEW)


def test_the_demo_world_agrees(world):
    assert list(grants.discrepancies()) == []


# What somebody with a database shell could do to the grants of erin's EDITOR share, or a team's.


def lose_one(row: SharesPermission) -> None:
    row.delete()


def add_another(row: SharesPermission) -> None:
    row.pk, row.permission = None, permission(Action.DELETE)
    row.save(force_insert=True)


def shut_out(row: SharesPermission) -> None:
    row.permission = permission("shut_out")
    row.save()


def move_to_another_library(row: SharesPermission) -> None:
    row.content_object = Library.objects.get(natural_id="roadmap")
    row.save()


def move_to_another_share(row: SharesPermission) -> None:
    row.share = Share.objects.get(library__natural_id="roadmap", user__username="bob")
    row.save()


def end_now(row: SharesPermission) -> None:
    row.expires_at = in_days(-1)
    row.save()


def grant_nothing(row: SharesPermission) -> None:
    type(row).objects.filter(pk=row.pk).update(permission=10**6)


def move_to_no_library(row: SharesPermission) -> None:
    type(row).objects.filter(pk=row.pk).update(content_object=new_uuid())


TAMPERING = [
    lose_one,
    add_another,
    shut_out,
    move_to_another_library,
    move_to_another_share,
    end_now,
    grant_nothing,
    move_to_no_library,
]


@pytest.mark.parametrize("principal", ["erin", "team:data-science", "org:globex", "everyone"])
@pytest.mark.parametrize("tamper", TAMPERING)
def test_whatever_is_changed_is_found_and_mended(handbook, principal, tamper):
    share = give(handbook, principal, Level.EDITOR)
    before = set(granted_by(share).values_list("permission", "content_object", "expires_at"))

    tamper(granted_by(share).get(permission__codename=Action.CHANGE))
    assert str(share.pk) in {str(discrepancy.share.pk) for discrepancy in grants.discrepancies()}

    repair_all()
    assert list(grants.discrepancies()) == []
    assert set(granted_by(share).values_list("permission", "content_object", "expires_at")) == before


def test_a_grant_to_somebody_else_is_found_and_mended(carol, handbook):
    share = give(handbook, "erin", Level.EDITOR)
    granted_by(share).update(user=carol)
    repair_all()
    assert set(granted_by(share).values_list("user__username", flat=True)) == {"erin"}


@pytest.mark.parametrize("breadth", [Kind.USER, Kind.ORGANIZATION, Kind.EVERYONE])
def test_a_grant_of_another_breadth_is_found_and_mended_r2(handbook, breadth):
    share = handbook.shares.get(team__slug="engineering")
    granted_by(share).update(breadth=breadth)
    assert [discrepancy.share for discrepancy in grants.discrepancies()] == [share]
    repair_all()
    assert set(granted_by(share).values_list("breadth", flat=True)) == {Kind.TEAM}


@pytest.mark.parametrize("group", ["organization", "everyone"])
def test_a_grant_to_another_group_is_found_and_mended_r1(handbook, globex, frank, group):
    share = handbook.shares.get(team__slug="engineering")
    granted_by(share).update(group=globex.group if group == "organization" else grants.everyone_group_id())
    assert can(frank, handbook, Action.CHANGE)
    repair_all()
    assert not can(frank, handbook, Action.VIEW)
    assert list(grants.discrepancies()) == []


def test_a_grant_in_the_wrong_table_is_found_and_mended(frank, handbook):
    share = handbook.shares.get(team__slug="engineering")
    LibraryUserObjectPermission.objects.create(
        user=frank, content_object=handbook, share=share, permission=permission(Action.VIEW)
    )
    assert can(frank, handbook, Action.VIEW)
    repair_all()
    assert not can(frank, handbook, Action.VIEW)
    assert list(grants.discrepancies()) == []


def test_a_grant_that_sits_in_anothers_place_is_mended_in_any_order(handbook, roadmap):
    """Bob's ownership row of one library claims to come from a share of another, made before or after it."""
    for share, impostor in (
        (roadmap.shares.get(user__username="bob"), handbook.shares.get(user__username="alice")),
        (handbook.shares.get(user__username="alice"), roadmap.shares.get(user__username="bob")),
    ):
        granted_by(share).filter(permission__codename=Action.VIEW).update(share=impostor)
        assert len(list(grants.discrepancies())) == 2
        repair_all()
        assert list(grants.discrepancies()) == []


def test_everyone_comes_back_when_their_group_is_deleted(frank, press_kit):
    Group.objects.filter(name="everyone").delete()
    assert not can(frank, press_kit, Action.VIEW)
    repair_all()
    assert can(frank, press_kit, Action.VIEW)
    assert list(grants.discrepancies()) == []


def test_it_says_in_words_what_is_wrong(handbook):
    share = give(handbook, "erin", Level.EDITOR)
    shut_out(granted_by(share).get(permission__codename=Action.CHANGE))
    assert [str(discrepancy) for discrepancy in grants.discrepancies()] == [
        "handbook, erin: EDITOR; missing or wrong: change_library; not from this share: shut_out"
    ]


def test_mending_rebuilds_from_the_share_as_it_is_by_then(erin, handbook):
    """What was found may be old by the time of the repair: a level that was taken away does not come back."""
    share = give(handbook, "erin", Level.EDITOR)
    lose_one(granted_by(share).get(permission__codename=Action.VIEW))
    (found,) = grants.discrepancies()

    give(handbook, "erin", Level.NONE)
    grants.repair(found)
    assert not can(erin, handbook, Action.VIEW)

    Share.objects.filter(pk=share.pk).delete()
    grants.repair(found)
    assert not can(erin, handbook, Action.VIEW)
    assert list(grants.discrepancies()) == []


def test_a_change_caught_in_the_middle_is_no_discrepancy(handbook, monkeypatch):
    """Shares and grants are read one after the other: here the share changes in between."""
    read = grants._found

    def read_late(shares):
        monkeypatch.setattr(grants, "_found", read)
        give(handbook, "org:acme", Level.NONE)
        return read(shares)

    monkeypatch.setattr(grants, "_found", read_late)
    assert list(grants.discrepancies()) == []


def test_looking_reaches_every_share_in_batches(world, monkeypatch):
    monkeypatch.setattr(grants, "BATCH", 2)
    LibraryUserObjectPermission.objects.all().delete()
    LibraryGroupObjectPermission.objects.all().delete()
    assert {item.share.pk for item in grants.discrepancies()} == set(Share.objects.values_list("pk", flat=True))


def test_looking_costs_the_same_at_three_hundred_shares(handbook, django_assert_num_queries):
    one_batch = 6
    with django_assert_num_queries(one_batch):
        assert list(grants.discrepancies()) == []
    give_to_many(handbook, 300)
    with django_assert_num_queries(one_batch):
        assert list(grants.discrepancies()) == []
