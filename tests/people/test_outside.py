"""R8: narrowing an organization's sharing scope says what becomes of the shares that reach outside it."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from libraries.access.check import can
from libraries.errors import NotAdministrator, OutsideOwners, OutsideShares, UnknownPrincipal
from libraries.library_lifecycle import create_library
from libraries.models import Event, Library, Organization, Share, SharingScope
from libraries.people import outside as outside_module
from libraries.people.organizations import Outside, change_organization
from libraries.people.outside import outside_shares
from libraries.principals import admits, named
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing import grants
from libraries.sharing.share import share_library, transfer_library
from tests.at_once import at_once
from tests.factories import give, in_days, let_time_pass, levels

NARROW = {"sharing_scope": SharingScope.ORGANIZATION}
ROUNDS = 10


def narrow(acme, actor, outside=None):
    return change_organization(organization=acme, changes=NARROW, outside=outside, actor=actor)


@pytest.fixture
def reaching(handbook, press_kit, roadmap):
    """Four shares of acme's reach outside, and what looks like them does not."""
    give(handbook, "erin", Level.EDITOR)
    give(handbook, "org:globex", Level.READER, expires_at=in_days(10))
    give(roadmap, "frank", Level.READER, note="for the audit")
    give(handbook, "frank", Level.NONE)
    give(roadmap, "erin", Level.READER, expires_at=in_days(1))
    let_time_pass(days=2)
    return {("handbook", "erin"), ("handbook", "org:globex"), ("press-kit", "everyone"), ("roadmap", "frank")}


def test_those_are_outside_whom_r8_would_not_admit(acme, reaching):
    found = outside_shares(acme).with_principals().select_related("library__organization")
    assert {(share.library.natural_id, share.principal_name) for share in found} == reaching

    Organization.objects.update(sharing_scope=SharingScope.ORGANIZATION)
    refused = set()
    for share in Share.objects.with_principals().filter(library__organization=acme, level__gt=Level.NONE):
        home = share.team.organization_id if share.team else share.organization_id
        member = bool(share.user and share.user.groups.filter(pk=acme.group_id).exists())
        library = Library.objects.select_related("organization").get(pk=share.library_id)
        if not admits(library, Kind(share.kind), organization_id=home, is_active=True, is_member=member):
            refused.add((library.natural_id, share.principal_name))
    assert refused == reaching | {("roadmap", "erin")}  # that one has expired


def test_without_a_word_about_them_it_is_refused_with_their_number(acme, alice, bob, reaching, new_events):
    before = new_events()
    with pytest.raises(NotAdministrator):
        narrow(acme, bob, Outside.REVOKE)
    with pytest.raises(OutsideShares) as refused:
        narrow(acme, alice)

    assert str(refused.value) == "4 shares reach outside “acme”. Keep or revoke: say which."
    assert refused.value.number == 4
    acme.refresh_from_db()
    assert acme.sharing_scope == SharingScope.ANYONE
    assert new_events() == before


def test_kept_they_go_on_counting_and_the_event_says_how_many(acme, alice, erin, handbook, reaching):
    assert narrow(acme, alice, Outside.KEEP)

    assert can(erin, handbook, Action.CHANGE)
    event = Event.objects.latest("position")
    assert (event.action, event.actor) == ("organization.changed", "alice")
    assert event.details == {"sharing_scope": ["anyone", "organization"], "outsideShares": [4, 4]}


def test_revoked_all_of_them_go_with_an_event_each(acme, alice, erin, handbook, press_kit, reaching, monkeypatch):
    monkeypatch.setattr(outside_module, "BATCH", 2)
    others = Share.objects.exclude(pk__in=outside_shares(acme).values("pk")).count()
    begin = Event.objects.latest("position").position

    assert narrow(acme, alice, Outside.REVOKE)

    assert not can(erin, handbook, Action.VIEW)
    assert levels(press_kit) == {"alice": "OWNER"}
    assert Share.objects.count() == others
    assert all(library.share_count == library.shares.count() for library in Library.objects.all())
    assert list(grants.discrepancies()) == []
    events = Event.objects.filter(position__gt=begin)
    revoked = events.filter(action="share.revoked", actor="alice", organization="acme", to_level=None)
    assert {(event.library, event.principal) for event in revoked} == reaching
    last = events.latest("position")
    assert (last.action, last.details) == (
        "organization.changed",
        {"sharing_scope": ["anyone", "organization"], "outsideShares": [4, 0]},
    )
    assert events.count() == 5


def test_what_was_kept_can_be_revoked_later(acme, alice, reaching):
    narrow(acme, alice, Outside.KEEP)
    assert narrow(acme, alice, Outside.REVOKE)
    assert not outside_shares(acme).exists()
    assert not narrow(acme, alice, Outside.REVOKE)
    assert not narrow(acme, alice)


def test_nobody_is_asked_where_nothing_reaches_outside(acme, alice, press_kit):
    press_kit.shares.get(user=None).delete()
    assert narrow(acme, alice)
    assert Event.objects.latest("position").details == {"sharing_scope": ["anyone", "organization"]}


def test_who_shuts_out_a_stranger_stays_r2(acme, alice, handbook, carol):
    """Carol joins globex too: what shuts globex out keeps from her what she has through acme."""
    carol.groups.add(Organization.objects.get(slug="globex").group_id)
    handbook.shares.get(team__slug="engineering").delete()
    give(handbook, "org:globex", Level.NONE)
    assert not can(carol, handbook, Action.VIEW)

    narrow(acme, alice, Outside.REVOKE)

    assert not can(carol, handbook, Action.VIEW)


def test_a_library_that_only_a_stranger_owns_keeps_its_owner_r6(acme, alice, erin, bob, press_kit, roadmap):
    transfer_library(library=press_kit, to=named("erin"), actor=alice)
    with pytest.raises(OutsideOwners) as refused:
        narrow(acme, alice, Outside.REVOKE)
    assert (refused.value.libraries, refused.value.number) == (["press-kit"], 1)
    assert levels(press_kit) == {"alice": "EDITOR", "erin": "OWNER", "everyone": "READER"}

    share_library(library=press_kit, principal=named("alice"), level=Level.OWNER, actor=erin)
    narrow(acme, alice, Outside.REVOKE)
    assert levels(press_kit) == {"alice": "OWNER"}


def test_a_refusal_names_ten_libraries_at_most():
    told = str(OutsideOwners([f"library-{number}" for number in range(10)], 12))
    assert told.endswith("library-9, 2 more. Transfer these to members first, or keep the shares.")


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_share_that_is_given_meanwhile_is_taken_away_or_refused(self, acme, alice, handbook, globex):
        for _ in range(ROUNDS):
            Organization.objects.filter(pk=acme.pk).update(sharing_scope=SharingScope.ANYONE)
            outcomes = at_once(
                [
                    partial(narrow, acme, alice, Outside.REVOKE),
                    *(
                        partial(share_library, library=handbook, principal=named(name), level=Level.READER, actor=alice)
                        for name in ("erin", "org:globex", "everyone")
                    ),
                ]
            )
            assert outcomes[0] is True
            refused = [type(outcome) for outcome in outcomes[1:] if isinstance(outcome, Exception)]
            assert set(refused) <= {UnknownPrincipal}
            assert not outside_shares(acme).exists()

    def test_so_is_one_of_a_library_that_is_made_meanwhile(self, acme, alice):
        def make_and_share():
            library = create_library(name="Atlas", actor=alice)
            return share_library(library=library, principal=named("everyone"), level=Level.READER, actor=alice)

        for _ in range(ROUNDS):
            Organization.objects.filter(pk=acme.pk).update(sharing_scope=SharingScope.ANYONE)
            outcomes = at_once([partial(narrow, acme, alice, Outside.REVOKE), *[make_in_one(make_and_share)] * 3])
            assert outcomes[0] is True
            refused = [type(outcome) for outcome in outcomes[1:] if isinstance(outcome, Exception)]
            assert set(refused) <= {UnknownPrincipal}
            assert not outside_shares(acme).exists()


def make_in_one(act):
    """As the console does: in one transaction."""

    def run():
        with transaction.atomic():
            return act()

    return run
