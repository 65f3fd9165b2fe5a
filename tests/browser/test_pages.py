"""What holds on each page in both themes, on a desk and on a phone: accessible, within its window, within its policy."""

from __future__ import annotations

import pytest

from libraries.models import OPERATOR, Event, Library, Organization, Share, Team, User
from libraries.people.keys import create_api_key
from libraries.rules.levels import Kind
from tests.browser.conftest import DESKTOP, PHONE

PAGES = {
    "home": lambda: "",
    "explain": lambda: "explain/",
    "explain an answer": lambda: "explain/?person=dave&library=handbook",
    "explain nobody": lambda: "explain/?person=nobody&library=handbook",
    "library": lambda: f"libraries/library/{Library.objects.get(natural_id='handbook').pk}/change/",
    "libraries": lambda: "libraries/library/",
    "new library": lambda: "libraries/library/add/",
    "person": lambda: f"libraries/user/{User.objects.get(username='bob').pk}/change/",
    "offboarding": lambda: f"offboard/{_acme()}/{User.objects.get(username='bob').pk}/",
    "people": lambda: "libraries/user/",
    "new person": lambda: "libraries/user/add/",
    "keys": lambda: "libraries/apikey/",
    "key": lambda: f"libraries/apikey/{_key()}/change/",
    "new key": lambda: "libraries/apikey/add/",
    "shares": lambda: "libraries/share/",
    "share": lambda: f"libraries/share/{Share.objects.get(kind=Kind.EVERYONE).pk}/change/",
    "events": lambda: "libraries/event/",
    "event": lambda: f"libraries/event/{Event.objects.latest('pk').pk}/change/",
    "grants": lambda: "libraries/librarygroupobjectpermission/",
    "teams": lambda: "libraries/team/",
    "team": lambda: f"libraries/team/{Team.objects.get(slug='engineering').pk}/change/",
    "organizations": lambda: "libraries/organization/",
    "organization": lambda: f"libraries/organization/{_acme()}/change/",
}


def _acme():
    return Organization.objects.get(slug="acme").pk


def _key():
    key, _ = create_api_key(user=User.objects.get(username="admin"), name="laptop", actor=OPERATOR)
    return key.pk


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
def test_every_page_is_accessible_in_either_theme_and_at_either_width(console, subtests, theme, size):
    console.page.emulate_media(color_scheme=theme)
    console.page.set_viewport_size(size)
    for name, path in PAGES.items():
        with subtests.test(name):
            console.open(f"/admin/{path()}")
            console.assert_accessible()


def test_the_sign_in_page_is_accessible(watched):
    watched.open("/admin/login/")
    watched.assert_accessible()


def test_the_theme_that_is_chosen_stays(console):
    """By Django's own toggle, whatever the machine prefers."""
    console.page.emulate_media(color_scheme="light")
    page = console.open("/admin/")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)

    page.get_by_role("button", name="Toggle theme").click()
    dark = page.evaluate(background)
    page.reload()

    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(16, 21, 28)")
    assert page.evaluate(background) == dark
