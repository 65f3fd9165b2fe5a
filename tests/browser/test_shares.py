"""The list of shares in a browser: many changed at once, and a file of them, each shown before it is done."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import levels

FILE = "library,principal,level,expires_at,note\nhandbook,erin,READER,,for the audit\nhandbook,team:interns,READER,,\n"


@pytest.fixture
def list_page(console):
    return console.open("/admin/libraries/share/?q=handbook")


def test_a_level_is_set_for_many_once_it_was_shown(console, list_page, handbook):
    for name in ("org:acme", "team:interns"):
        list_page.get_by_role("row").filter(has_text=name).get_by_role("checkbox").check()
    list_page.get_by_label("Action:").first.select_option("Set the level of the selected shares")
    list_page.get_by_role("button", name="Go").click()
    list_page.get_by_label("Level").select_option("Editor")
    list_page.get_by_role("button", name="Show what would change").click()

    expect(list_page.get_by_role("row").filter(has_text="team:interns")).to_contain_text("EDITOR")
    assert levels(handbook)["team:interns"] == "NONE"
    console.assert_accessible()
    list_page.get_by_role("button", name="Set the level").click()

    expect(list_page.get_by_text("2 of 2 shares changed. The level was set.")).to_be_visible()
    assert (levels(handbook)["org:acme"], levels(handbook)["team:interns"]) == ("EDITOR", "EDITOR")


def test_a_file_is_imported_once_it_was_shown(console, list_page, handbook):
    list_page.get_by_role("link", name="Import").click()
    console.assert_accessible()
    list_page.get_by_label("File to import").set_input_files(
        {"name": "shares.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    list_page.get_by_label("Format").select_option("csv")
    list_page.get_by_role("button", name="Submit").click()

    expect(list_page.get_by_role("row").filter(has_text="erin")).to_be_visible()
    assert "erin" not in levels(handbook)
    console.assert_accessible()
    list_page.get_by_role("button", name="Confirm import").click()

    expect(list_page.get_by_text("Import finished")).to_be_visible()
    assert (levels(handbook)["erin"], levels(handbook)["team:interns"]) == ("READER", "READER")


def test_the_list_is_exported(console, list_page):
    list_page.get_by_role("link", name="Export").click()
    console.assert_accessible()
    list_page.get_by_label("Format").select_option("csv")
    with list_page.expect_download() as download:
        list_page.get_by_role("button", name="Submit").click()

    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0] == "library,principal,level,expires_at,note"
    assert "acme.handbook,org:acme,READER,," in lines


def test_why_a_row_is_refused_stands_in_it(console, list_page):
    """As text, for whoever has no mouse; in both themes, and at either width."""
    list_page.get_by_role("link", name="Import").click()
    content = "library,principal,level\nhandbook,nobody,READER\nhandbook,bob,BOSS\n"
    list_page.get_by_label("File to import").set_input_files(
        {"name": "shares.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    list_page.get_by_label("Format").select_option("csv")
    list_page.get_by_role("button", name="Submit").click()

    row = list_page.get_by_role("row").filter(has_text="nobody")
    expect(row).to_contain_text("can be")
    expect(list_page.get_by_role("cell", name="'BOSS' is not one of NONE, READER, EDITOR, OWNER")).to_be_visible()
    for theme, size in (("light", DESKTOP), ("dark", PHONE)):
        list_page.emulate_media(color_scheme=theme)
        list_page.set_viewport_size(size)
        console.assert_accessible()
