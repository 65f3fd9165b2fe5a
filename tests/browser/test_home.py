"""The first page in a browser."""

from playwright.sync_api import expect


def test_every_count_leads_to_a_list(console):
    page = console.open("/admin/")
    figures = page.locator(".figures a")
    assert figures.count() == 11

    for number in range(figures.count()):
        figures.nth(number).click()
        expect(page.get_by_role("searchbox", name="Search")).to_be_visible()
        page.go_back()


def test_the_plots_numbers_can_be_read_as_a_table(console):
    page = console.open("/admin/")
    expect(page.get_by_role("img", name="Shares made, day by day")).to_be_visible()

    page.get_by_text("The same as a table").click()

    expect(page.get_by_role("table", name="Shares made")).to_be_visible()
