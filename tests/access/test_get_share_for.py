"""access.check.get_share_for: the door to one share by its id."""

from __future__ import annotations

from uuid import UUID

import pytest

from libraries.access.check import get_library_for, get_share_for
from libraries.errors import ActionNotAllowed, ShareNotFound
from libraries.models import OPERATOR, Library, Share
from libraries.rules.levels import Action, Level
from tests.factories import give


def share_of(library, principal):
    return next(share for share in library.shares.with_principals() if share.principal_name == principal)


def enter(user, library, share_id, action=Action.SHARE, **options):
    return get_share_for(user, get_library_for(user, str(library.pk), Action.VIEW), share_id, action, **options)


def test_it_opens_with_the_principal_in_one_query(alice, handbook, django_assert_num_queries):
    share, library = share_of(handbook, "team:engineering"), get_library_for(alice, "handbook", Action.VIEW)

    with django_assert_num_queries(1):
        found = get_share_for(alice, library, share.pk, Action.SHARE)
        assert (found, found.principal_name, found.granted_by) == (share, "team:engineering", alice)


def test_the_operator_finds_every_share(handbook):
    for share in handbook.shares.all():
        assert enter(OPERATOR, handbook, share.pk) == share


def test_it_looks_into_that_library_alone(alice, handbook, press_kit):
    for share_id in (share_of(press_kit, "everyone").pk, UUID(int=0)):
        with pytest.raises(ShareNotFound, match="There is no such share."):
            enter(alice, handbook, share_id)


def test_it_looks_among_the_shares_that_it_is_told(alice, handbook):
    team, organization = share_of(handbook, "team:engineering"), share_of(handbook, "org:acme")
    teams = Share.objects.filter(team__isnull=False)

    assert enter(alice, handbook, team.pk, among=teams) == team
    with pytest.raises(ShareNotFound):
        enter(alice, handbook, organization.pk, among=teams)


def test_one_who_may_not_finds_their_own_and_learns_of_no_other_r7_r9(carol, roadmap):
    own, other = share_of(roadmap, "carol"), share_of(roadmap, "bob")
    give(roadmap, "team:engineering", Level.READER)

    assert enter(carol, roadmap, own.pk) == own
    for share_id in (other.pk, share_of(roadmap, "team:engineering").pk, UUID(int=0)):
        with pytest.raises(ActionNotAllowed) as refusal:
            enter(carol, roadmap, share_id)
        assert refusal.value.action == Action.SHARE


def test_who_sees_the_library_with_everyone_sees_none_of_its_shares_r9(erin, press_kit):
    for share in press_kit.shares.all():
        with pytest.raises(ActionNotAllowed):
            enter(erin, press_kit, share.pk, Action.VIEW_SHARES)


def test_there_is_none_in_a_library_that_is_gone_meanwhile(alice, handbook):
    library, share = get_library_for(alice, "handbook", Action.VIEW), share_of(handbook, "org:acme")
    Library.objects.filter(pk=handbook.pk).delete()

    with pytest.raises(ShareNotFound):
        get_share_for(alice, library, share.pk, Action.SHARE)
