"""The Explain page in a browser."""

import re

from playwright.sync_api import expect


def test_a_person_and_a_library_are_picked_by_typing_and_the_answer_can_be_linked_to(console):
    page = console.open("/admin/")
    page.get_by_role("link", name="Explain").click()
    library = page.get_by_label("Library:")

    page.get_by_label("Person:").press_sequentially("dav")
    page.get_by_role("option", name=re.compile("dave")).click()
    library.press_sequentially("hand")
    expect(page.get_by_role("option")).to_have_count(1)
    library.press("ArrowDown")
    library.press("Enter")
    library.press("Enter")

    expect(page).to_have_url(re.compile(r"\?person=dave&library=handbook$"))
    expect(page.get_by_role("heading", level=2).first).to_have_text(
        "dave has no access to handbook: shut out by team:interns."
    )
    rows = page.get_by_role("region", name="The shares behind it").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("team:interns")
    expect(rows.nth(2)).to_contain_text("org:acme")
