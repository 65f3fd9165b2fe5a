"""A person's page in a browser: what they reach, why, and letting them go."""

import re

from playwright.sync_api import expect

from libraries.people.queries import is_member


def test_from_a_person_to_the_reason(console, bob):
    page = console.open(f"/admin/libraries/user/{bob.pk}/change/")

    page.get_by_role("link", name="Why Handbook?").click()

    expect(page.get_by_role("heading", name="bob is EDITOR on handbook, through team:engineering.")).to_be_visible()


def test_a_member_is_offboarded_with_a_successor(console, acme, bob):
    page = console.open(f"/admin/libraries/user/{bob.pk}/change/")
    page.get_by_role("link", name="Offboard from Acme").click()
    expect(page.get_by_role("heading", name="Owned by nobody else")).to_be_visible()

    page.get_by_label("Successor:").press_sequentially("car")
    page.get_by_role("option", name=re.compile("carol")).click()
    page.get_by_role("button", name="Offboard bob").click()

    expect(page.get_by_text("bob is no longer in Acme.")).to_be_visible()
    assert not is_member(bob, acme)


def test_the_last_owner_cannot_be_offboarded_without_one(console, acme, bob):
    page = console.open(f"/admin/offboard/{acme.pk}/{bob.pk}/")
    page.get_by_label("Successor:").fill("erin")
    page.get_by_role("button", name="Offboard bob").click()

    expect(page.get_by_text("“erin” cannot take over: name another active member.")).to_be_visible()
    assert is_member(bob, acme)
