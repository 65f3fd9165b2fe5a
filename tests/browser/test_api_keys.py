"""API keys in a browser: made, copied while they are shown, revoked with one click."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from libraries.models import User
from libraries.people.keys import find_api_key


def test_a_key_is_made_copied_and_revoked(console, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = console.open("/admin/libraries/apikey/add/")
    page.get_by_label("Name").fill("nightly")
    expect(page.get_by_role("checkbox", name="Read libraries and shares")).to_be_checked()
    page.get_by_role("checkbox", name="Change libraries and shares").check()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("shown this once")).to_be_visible()
    console.assert_accessible()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    secret = page.evaluate("navigator.clipboard.readText()")
    key = find_api_key(secret)
    assert key
    assert (key.user, key.scopes) == (User.objects.get(username="admin"), ["library:read", "library:write"])

    page.get_by_role("link", name="Back to the API keys").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name=re.compile("^Revoke .*nightly")).click()

    expect(page.get_by_text("Requests that bring it are refused from now on.")).to_be_visible()
    assert find_api_key(secret) is None
