"""/admin/offboard/ORGANIZATION/PERSON/: what leaving takes is told first, then taken in one step (R12)."""

import pytest

from libraries.models import OPERATOR, Event
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key, find_api_key
from libraries.people.queries import is_member
from libraries.people.service_accounts import create_service_account
from libraries.rules.levels import Level
from tests.admin.pages import form_in
from tests.factories import level_of


def page(organization, person):
    return f"/admin/offboard/{organization.pk}/{person.pk}/"


def test_it_tells_what_goes_and_does_nothing_yet(console, acme, carol, key_for):
    key_for("carol")

    response = console.get(page(acme, carol))

    departure = response.context["departure"]
    assert [(share.library.natural_id, share.level) for share in departure.shares] == [("roadmap", 2)]
    text = " ".join(response.content.decode().split())
    assert "They leave acme/data-science, acme/engineering." in text
    assert f"<li>Their API key {carol.api_keys.get()} ends.</li>" in text
    assert "service account" not in text
    assert is_member(carol, acme)
    assert not Event.objects.filter(action="member.removed").exists()


def test_a_member_is_offboarded(console, acme, carol, roadmap):
    response = console.send(page(acme, carol), form_in(console.get(page(acme, carol))))

    assert response.status_code == 302
    assert not is_member(carol, acme)
    assert level_of(carol, roadmap) == Level.NONE
    event = Event.objects.get(action="member.removed")
    assert (event.actor, event.principal, event.via) == ("admin", "carol", "admin")
    assert console.get(page(acme, carol)).status_code == 404


def test_keys_that_they_made_for_service_accounts_are_told_loudly_and_end_r13(console, acme, dave, key_for):
    set_administrator(organization=acme, user=dave, administrator=True, actor=OPERATOR)
    robot = create_service_account(organization=acme, name="robot", actor=dave)
    program, secret = create_api_key(user=robot, name="ci", actor=dave)
    own = key_for("dave")

    response = console.get(page(acme, dave))

    text = " ".join(response.content.decode().split())
    assert (
        f"<strong>{program}</strong>, which they made for the service account acme.robot, ends: what uses it stops."
        in text
    )
    assert find_api_key(secret)
    console.send(page(acme, dave), form_in(response))
    assert not find_api_key(secret)
    assert not find_api_key(own)


def test_a_service_account_is_not_offboarded_r13(console, acme):
    robot = create_service_account(organization=acme, name="robot", actor=OPERATOR)
    assert console.get(page(acme, robot)).status_code == 404
    assert console.send(page(acme, robot), {}).status_code == 404
    assert is_member(robot, acme)
    assert "Offboard" not in console.get(f"/admin/libraries/user/{robot.pk}/change/").content.decode()


def test_an_only_owner_needs_a_successor(console, acme, bob, carol, roadmap):
    assert [library.natural_id for library in console.get(page(acme, bob)).context["departure"].owned_alone] == [
        "roadmap"
    ]

    for successor, told in (
        ("", "Name a successor, or transfer these libraries first."),
        ("nobody", "There is no person “nobody” that you may see."),
        ("erin", "“erin” cannot take over: name another active member. (R8)"),
        ("bob", "“bob” cannot take over: name another active member. (R8)"),
    ):
        response = console.send(page(acme, bob), {"successor": successor})
        assert response.context["form"].errors["successor"] == [told]
        assert is_member(bob, acme)

    assert console.send(page(acme, bob), {"successor": "carol"}).status_code == 302
    assert not is_member(bob, acme)
    assert level_of(carol, roadmap) == Level.OWNER


def test_the_last_administrator_of_others_stays_r14(console, acme, alice, bob):
    told = "alice is the only active administrator of “acme”. Make another member an administrator first. (R14)"
    html = " ".join(console.get(page(acme, alice)).content.decode().split())
    assert "alice is the only active administrator of other members: make another member an administrator first" in html

    refused = console.send(page(acme, alice), {"successor": "bob"})

    assert refused.context["form"].non_field_errors() == [told]
    assert told in refused.content.decode()
    assert is_member(alice, acme)

    set_administrator(organization=acme, user=bob, administrator=True, actor=OPERATOR)
    assert console.send(page(acme, alice), {"successor": "bob"}).status_code == 302
    assert not is_member(alice, acme)


def test_an_administrator_lets_their_own_members_go_and_no_others_r10(console_of, alice, acme, globex, dave, frank):
    console = console_of(alice)

    assert console.get(page(globex, frank)).status_code == 404
    assert console.send(page(globex, frank), {}).status_code == 404
    assert console.get(page(acme, frank)).status_code == 404
    assert console.send(page(acme, dave), {}).status_code == 302
    assert is_member(frank, globex)
    assert not is_member(dave, acme)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_change_nothing(console, acme, dave, method):
    getattr(console.client, method)(page(acme, dave))
    assert is_member(dave, acme)
