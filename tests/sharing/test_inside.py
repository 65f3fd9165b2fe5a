"""R8: what is outside the library's organization is refused, unless that organization admits anyone."""

from __future__ import annotations

import pytest

from libraries.errors import UnknownPrincipal
from libraries.models import Organization, SharingScope, User
from libraries.principals import with_email
from libraries.rules.levels import Kind, Level
from libraries.sharing.share import share_library
from tests.factories import give_as, in_days, make_user


@pytest.mark.parametrize("principal", ["alice", "org:acme", "everyone", "team:engineering"])
def test_what_is_outside_is_refused_as_if_it_were_unknown_r8(erin, globex, lab_notes, principal):
    refusals = []
    for name in (principal, "zoe"):
        with pytest.raises(UnknownPrincipal) as refusal:
            give_as(erin, lab_notes, name, Level.READER)
        refusals.append(str(refusal.value).replace(name, "X"))
    assert refusals[0] == refusals[1]


@pytest.mark.parametrize("principal", ["alice", "org:acme", "everyone"])
def test_the_scope_anyone_admits_it_but_for_others_teams_r8(erin, globex, lab_notes, principal):
    Organization.objects.filter(pk=globex.pk).update(sharing_scope=SharingScope.ANYONE)
    assert give_as(erin, lab_notes, principal, Level.READER)[1]
    with pytest.raises(UnknownPrincipal):
        give_as(erin, lab_notes, "team:engineering", Level.READER)


def test_an_inactive_user_is_refused_r8(erin, frank, lab_notes):
    User.objects.filter(pk=frank.pk).update(is_active=False)
    with pytest.raises(UnknownPrincipal):
        give_as(erin, lab_notes, "frank", Level.READER)


def test_one_who_would_no_longer_be_admitted_can_only_be_lowered_to_none_r8(alice, erin, acme, handbook):
    give_as(alice, handbook, "erin", Level.READER)
    Organization.objects.filter(pk=acme.pk).update(sharing_scope=SharingScope.ORGANIZATION)
    with pytest.raises(UnknownPrincipal):
        give_as(alice, handbook, "erin", Level.EDITOR)
    with pytest.raises(UnknownPrincipal):
        give_as(alice, handbook, "erin", Level.READER, expires_at=in_days(1))
    assert give_as(alice, handbook, "erin", Level.NONE)[0].level == Level.NONE


def test_it_refuses_shutting_out_who_is_outside_anyway_r8(erin, lab_notes):
    with pytest.raises(UnknownPrincipal):
        give_as(erin, lab_notes, "alice", Level.NONE)


def test_an_account_without_email_is_not_found_by_an_empty_one_r8(alice, acme, handbook):
    make_user("quiet", member_of=acme)
    for kind in (Kind.USER, Kind.TEAM):
        with pytest.raises(UnknownPrincipal):
            share_library(library=handbook, principal=with_email(kind, ""), level=Level.READER, actor=alice)
