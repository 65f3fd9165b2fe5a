"""The page that asks what becomes of shares outside, before an organization's sharing scope is narrowed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from libraries.models import Library, Organization
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import levels


def test_it_asks_before_anything_is_saved_and_does_what_is_decided(console):
    acme = Organization.objects.get(slug="acme")
    page = console.open(f"/admin/libraries/organization/{acme.pk}/change/")
    page.get_by_label("Sharing scope").select_option("organization")
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", name="Shared outside")).to_be_visible()
    rows = page.get_by_role("table", name="Each share").get_by_role("row")
    expect(rows).to_have_text([re.compile("Library"), re.compile(r"Press Kit\s+everyone\s+Reader")])
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            console.assert_accessible()
    assert Organization.objects.get(slug="acme").sharing_scope == "anyone"

    page.get_by_role("button", name="Take them away and save").click()

    expect(page).to_have_url(re.compile("/admin/libraries/organization/$"))
    assert levels(Library.objects.get(natural_id="press-kit")) == {"alice": "OWNER"}
