"""A library's page in a browser: sharing by typing, taking away with a question first, transfer, copying."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from libraries.models import Library
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import levels


@pytest.fixture
def handbook_page(console, handbook):
    return console.open(f"/admin/libraries/library/{handbook.pk}/change/")


def test_somebody_is_chosen_by_typing_and_shared_with(handbook_page, handbook):
    row = handbook_page.locator("#shares-4")
    row.get_by_label("Shared with").press_sequentially("data")
    handbook_page.get_by_role("option", name=re.compile("Data Science")).click()
    expect(row.get_by_label("Shared with")).to_have_value("team:data-science")
    row.get_by_label("Level").select_option("Editor")
    row.get_by_label("Note").fill("for the audit")
    handbook_page.get_by_role("button", name="Save and continue editing").click()

    expect(handbook_page.get_by_role("region", name="Who can reach it")).to_contain_text("team:data-science")
    assert levels(handbook)["team:data-science"] == "EDITOR"


def test_a_row_that_is_added_offers_names_too_and_the_keyboard_is_enough(handbook_page):
    handbook_page.get_by_text("Add another Share").click()
    field = handbook_page.locator("#shares-5").get_by_label("Shared with")
    field.press_sequentially("every")
    offers = handbook_page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(offers).to_have_count(1)

    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", re.compile("offers"))
    field.press("Escape")
    expect(offers).to_have_count(0)
    field.press("ArrowDown")
    expect(offers).to_have_count(1)
    field.press("ArrowDown")
    field.press("Enter")

    expect(field).to_have_value("everyone")


def test_what_is_refused_stands_beside_its_field(handbook_page):
    handbook_page.locator("#shares-4").get_by_label("Shared with").fill("nobody")
    handbook_page.get_by_role("button", name="Save", exact=True).click()

    expect(handbook_page.locator("#shares-4 .field-principal")).to_contain_text(
        "No user, team or organization “nobody” can be given access to this library. Check the name. "
    )


def test_before_anything_is_taken_away_a_page_says_from_whom(console, handbook_page, handbook):
    handbook_page.locator("#shares-2").get_by_label("Remove this share").check()
    handbook_page.get_by_role("button", name="Save", exact=True).click()

    expect(handbook_page.get_by_role("heading", name="Take access away?")).to_be_visible()
    rows = handbook_page.get_by_role("table", name="Each person").get_by_role("row")
    expect(rows).to_have_text([re.compile("Person"), re.compile(r"bob\s+Editor\s+Reader"), re.compile("carol")])
    for theme in ("light", "dark"):
        handbook_page.emulate_media(color_scheme=theme)
        for size in (DESKTOP, PHONE):
            handbook_page.set_viewport_size(size)
            console.assert_accessible()
    assert "team:engineering" in levels(handbook)

    handbook_page.get_by_role("button", name="Take it away and save").click()

    expect(handbook_page).to_have_url(re.compile("/admin/libraries/library/$"))
    assert "team:engineering" not in levels(handbook)


def test_a_question_can_be_left_with_everything_as_it_was(handbook_page, handbook):
    before = levels(handbook)
    handbook_page.locator("#shares-2").get_by_label("Level").select_option("Reader")
    handbook_page.get_by_role("button", name="Save", exact=True).click()
    handbook_page.get_by_role("link", name="Leave everything as it is").click()

    expect(handbook_page.get_by_role("heading", name="Handbook", level=1)).to_be_visible()
    assert levels(handbook) == before


def test_it_is_handed_over_to_another_owner(handbook_page):
    handbook_page.get_by_role("combobox", name=re.compile("Owner")).click()
    handbook_page.get_by_role("searchbox").last.press_sequentially("carol")
    handbook_page.get_by_role("option", name="carol").click()
    handbook_page.get_by_role("button", name="Save", exact=True).click()
    handbook_page.get_by_role("button", name="Take it away and save").click()

    expect(handbook_page.get_by_text("was changed successfully")).to_be_visible()
    assert levels(Library.objects.get(natural_id="handbook"))["carol"] == "OWNER"


def test_an_id_is_copied(handbook_page, context, handbook):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    handbook_page.get_by_role("button", name="Copy object id").click()

    expect(handbook_page.get_by_text("Copied")).to_be_visible()
    assert handbook_page.evaluate("navigator.clipboard.readText()") == handbook.object_id
