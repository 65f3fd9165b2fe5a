"""create_library with an owner: made by who administers the organization, for a member of it (R6, R10)."""

import pytest

from libraries.access.check import can
from libraries.errors import NotAdministrator, NotMember, UnknownPrincipal
from libraries.library_lifecycle import create_library
from libraries.models import Event, Library
from libraries.rules.levels import Action, Level


def make(owner, organization, actor):
    return create_library(name="Field Notes", organization=organization, owner=owner, actor=actor)


def test_an_administrator_makes_it_for_a_member(alice, bob):
    library = make(bob, "acme", alice)

    assert [(share.user, share.level) for share in library.shares.all()] == [(bob, Level.OWNER)]
    assert can(bob, library, Action.TRANSFER)
    assert not can(alice, library, Action.CHANGE)
    assert Event.objects.filter(library_id=library.pk, actor="alice").count() == 2


def test_a_superuser_needs_no_membership(admin_user, erin):
    assert make(erin, "globex", admin_user).organization.slug == "globex"


@pytest.mark.parametrize("organization", ["acme", "globex", "nowhere", ""])
def test_others_are_refused(bob, carol, organization):
    with pytest.raises(NotAdministrator):
        make(carol, organization, bob)
    assert not Library.objects.filter(name="Field Notes").exists()


def test_the_owner_is_an_active_member(alice, bob, erin):
    with pytest.raises(NotMember):
        make(erin, "acme", alice)
    bob.is_active = False
    bob.save()
    with pytest.raises(UnknownPrincipal):
        make(bob, "acme", alice)
    assert not Library.objects.filter(name="Field Notes").exists()
