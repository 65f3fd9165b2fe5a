"""/admin/libraries/organization/: found, renamed, who is in it, dissolved."""

import pytest

from libraries.access.check import can
from libraries.access.decisions import checkable_organizations
from libraries.models import Event, Organization, User
from libraries.people.administrators import administers
from libraries.people.queries import is_member
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing.share import share_library
from tests.admin.pages import errors, messages, recorded

LIST = "/admin/libraries/organization/"
EVENT = ("action", "organization", "principal")


def page(organization):
    return f"{LIST}{organization.pk}/change/"


def test_an_organization_is_founded(console):
    response = console.save(f"{LIST}add/", slug="initech", name="Initech", sharing_scope="anyone")

    assert response.status_code == 302
    organization = Organization.objects.get(slug="initech")
    assert (organization.name, organization.sharing_scope) == ("Initech", "anyone")
    assert organization.group is not None
    assert recorded(*EVENT) == [("organization.created", "initech", "")]


def test_a_slug_that_is_taken_is_refused(console, acme):
    response = console.save(f"{LIST}add/", slug="acme", name="Other")

    assert errors(response) == {"slug": ["Organization with this Slug already exists."]}
    assert Organization.objects.count() == 2


def test_it_is_renamed_and_its_slug_stays(console, acme, press_kit):
    press_kit.shares.get(user=None).delete()

    console.send(page(acme), {**console.open(page(acme)), "name": "ACME", "sharing_scope": "organization", "slug": "x"})

    acme.refresh_from_db()
    assert (acme.slug, acme.name, acme.sharing_scope) == ("acme", "ACME", "organization")
    event = Event.objects.get(via="admin")
    assert event.action == "organization.changed"
    assert event.details == {"name": ["Acme", "ACME"], "sharing_scope": ["anyone", "organization"]}


def test_a_page_saved_as_it_stands_changes_nothing(console, acme):
    assert console.save(page(acme)).status_code == 302
    assert recorded(*EVENT) == []


def test_members_come_and_go(console, acme, handbook, erin):
    assert not can(erin, handbook, Action.VIEW)

    console.save(page(acme), add_members=[str(erin.pk)])

    assert is_member(erin, acme)
    assert can(erin, handbook, Action.VIEW)

    share_library(library=handbook, principal=named("erin"), level=Level.EDITOR, actor=handbook.shares.first().user)
    console.save(page(acme), remove_members=[str(erin.pk)])

    assert not is_member(erin, acme)
    assert not can(erin, handbook, Action.VIEW)
    assert recorded(*EVENT) == [
        ("member.added", "acme", "erin"),
        ("share.revoked", "acme", "erin"),
        ("member.removed", "acme", "erin"),
    ]


def test_a_newcomer_can_become_an_administrator_at_once(console, acme, erin, alice):
    console.save(page(acme), add_members=[str(erin.pk)], add_administrators=[str(erin.pk)])
    assert administers(erin, acme)

    console.save(page(acme), remove_administrators=[str(alice.pk)])

    assert is_member(alice, acme)
    assert not administers(alice, acme)
    assert recorded(*EVENT) == [
        ("member.added", "acme", "erin"),
        ("administrator.added", "acme", "erin"),
        ("administrator.removed", "acme", "alice"),
    ]


def test_members_come_by_their_exact_name_r15(console, acme, frank):
    unknown = console.save(page(acme), add_by_name="frank, nobody", name="ACME")

    told = "No active account is called “nobody”: ask for its exact name or e-mail address."
    assert errors(unknown) == {"add_by_name": [told]}
    assert not is_member(frank, acme)

    console.save(page(acme), add_by_name="frank")

    assert is_member(frank, acme)


def test_the_first_member_becomes_an_administrator_r14(console, globex, frank):
    console.save(f"{LIST}add/", slug="initech", name="Initech")
    initech = Organization.objects.get(slug="initech")
    console.save(page(initech), add_members=[str(frank.pk)])
    assert administers(frank, initech)


def test_somebody_stays_in_charge_r14(console, acme, alice, bob, erin):
    told = "{} is the only active administrator of “acme”. Make another member an administrator first. (R14)"
    everybody = [str(alice.pk)]
    refused = console.save(page(acme), remove_administrators=everybody, name="ACME")
    assert errors(refused) == {"remove_administrators": [told.format("alice")]}
    assert recorded(*EVENT) == []

    both = [str(alice.pk), str(erin.pk)]
    together = console.save(
        page(acme), add_members=[str(erin.pk)], add_administrators=[str(erin.pk)], remove_administrators=both
    )
    assert len(errors(together)["remove_administrators"]) == 1
    assert recorded(*EVENT) == []

    console.save(page(acme), add_administrators=[str(bob.pk)], remove_administrators=everybody)
    assert administers(bob, acme)
    assert not administers(alice, acme)


def test_who_may_check_access_comes_and_goes_and_is_marked(console, acme, carol):
    console.save(page(acme), give_check_access=[str(carol.pk)])
    assert checkable_organizations(carol).contains(acme)
    assert b"carol</a> (may check access)" in console.client.get(page(acme)).content

    console.save(page(acme), take_check_access=[str(carol.pk)])
    assert not checkable_organizations(carol).exists()
    assert recorded(*EVENT) == [("check_access.given", "acme", "carol"), ("check_access.taken", "acme", "carol")]


def test_a_stranger_is_not_made_an_administrator(console, acme, erin):
    response = console.save(page(acme), add_administrators=[str(erin.pk)], name="ACME")

    assert errors(response) == {
        "add_administrators": ["erin is not a member of “acme”. Add them first, on the organization's page."]
    }
    assert not administers(erin, acme)
    acme.refresh_from_db()
    assert acme.name == "Acme"


def test_a_sole_owner_leaves_only_with_a_successor(console, acme, alice, bob, carol, roadmap):
    response = console.save(page(acme), remove_members=[str(bob.pk), str(carol.pk)])

    told = "bob is the only owner of roadmap. Name a successor, or transfer these first. (R12)"
    assert errors(response) == {"remove_members": [told]}
    assert told.encode() in response.content
    assert is_member(bob, acme)
    assert is_member(carol, acme)
    assert recorded(*EVENT) == []

    console.save(page(acme), remove_members=[str(bob.pk)], successor=str(alice.pk))

    assert not is_member(bob, acme)
    assert can(alice, roadmap, Action.TRANSFER)
    assert ("member.removed", "acme", "bob") in recorded(*EVENT)


def test_a_successor_from_elsewhere_is_refused(console, acme, bob, erin):
    response = console.save(page(acme), remove_members=[str(bob.pk)], successor=str(erin.pk))

    assert errors(response) == {"successor": ["“erin” cannot take over: name another active member. (R8)"]}
    assert is_member(bob, acme)


def test_its_members_are_named(console, acme, make_users):
    assert "alice</a> (administrator), <a" in console.get(page(acme)).content.decode()

    for user in make_users(120):
        user.groups.add(acme.group_id)
    html = console.get(page(acme)).content.decode()

    assert "all the others</a>" in html
    everybody = console.get(f"/admin/libraries/user/?in={acme.pk}").context["cl"]
    assert everybody.result_count == 124


def test_it_is_dissolved_when_nothing_hangs_on_it(console, acme, globex, lab_notes, erin):
    kept = console.send(f"{LIST}{globex.pk}/delete/", {"post": "yes"})

    assert b"library lab-notes" in kept.content
    assert Organization.objects.filter(pk=globex.pk).exists()

    console.save(f"/admin/libraries/library/{lab_notes.pk}/delete/", post="yes")
    gone = console.send(f"{LIST}{globex.pk}/delete/", {"post": "yes"})

    assert gone.status_code == 302
    assert not Organization.objects.filter(pk=globex.pk).exists()
    assert not User.objects.get(pk=erin.pk).groups.exists()
    assert recorded(*EVENT) == [
        ("library.deleted", "globex", ""),
        ("team.deleted", "globex", "team:research"),
        ("organization.deleted", "globex", ""),
    ]


def test_it_is_kept_while_others_libraries_are_shared_with_it(console, handbook, globex, lab_notes, alice):
    lab_notes.delete()
    share_library(library=handbook, principal=named("org:globex"), level=Level.READER, actor=alice)

    kept = console.choose(LIST, "delete_selected", globex, post="yes")

    assert b"library handbook" in kept.content
    assert messages(kept) == []
    assert Organization.objects.filter(pk=globex.pk).exists()


@pytest.mark.parametrize(("query", "slugs"), [("q=glob", ["globex"]), ("sharing_scope__exact=anyone", ["acme"])])
def test_organizations_are_found(console, query, slugs):
    assert [row.slug for row in console.get(f"{LIST}?{query}").context["cl"].result_list] == slugs


def test_the_list_counts(console):
    rows = console.get(LIST).context["cl"].result_list
    assert [(row.slug, row.library_count, row.team_count, row.member_count) for row in rows] == [
        ("acme", 3, 3, 4),
        ("globex", 1, 1, 2),
    ]
