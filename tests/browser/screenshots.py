"""`make screenshots`: the pages that the README shows, in both themes, of a world with some life in it. Not a test."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from libraries.events.record import recorded_via
from libraries.identifiers import first_uuid_at
from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Event, Library, Organization, User
from libraries.people.keys import create_api_key
from libraries.people.members import add_member
from libraries.people.teams import add_team_member, create_team
from libraries.rules.levels import Level
from tests.factories import give, in_days

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "screenshots"
WINDOW = {"width": 1280, "height": 860}
TALL = {"width": 1280, "height": 1180}
PEOPLE = {
    "grace": ("Grace", "Okafor"),
    "heidi": ("Heidi", "Brandt"),
    "ivan": ("Ivan", "Petrov"),
    "judy": ("Judy", "Chen"),
    "kofi": ("Kofi", "Mensah"),
    "leila": ("Leila", "Haddad"),
}
NAMES = {
    "alice": ("Alice", "Moreau"),
    "bob": ("Bob", "Lindqvist"),
    "carol": ("Carol", "Reyes"),
    "dave": ("Dave", "Novak"),
}
LIBRARIES = {"support-articles": "Support Articles", "price-book": "Price Book", "style-guide": "Style Guide"}


@pytest.fixture
def lively(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo world some months on: more people, another team, shares that end soon, and a past."""
    with recorded_via("hal"):
        _make_more()
    _live_on(monkeypatch)


def _make_more() -> None:
    acme = Organization.objects.get(slug="acme")
    alice = User.objects.get(username="alice")
    for username, (first, last) in {**PEOPLE, **NAMES}.items():
        user, _ = User.objects.get_or_create(username=username, defaults={"email": f"{username}@acme.example"})
        User.objects.filter(pk=user.pk).update(first_name=first, last_name=last)
        add_member(organization=acme, user=user, actor=OPERATOR)
    support = create_team(organization=acme, slug="support", name="Support", actor=alice)
    for username in ("grace", "heidi", "ivan"):
        add_team_member(team=support, user=User.objects.get(username=username), actor=alice)
    for natural_id, name in LIBRARIES.items():
        give(create_library(name=name, natural_id=natural_id, actor=alice), "org:acme", Level.READER)
    handbook = Library.objects.select_related("organization").get(natural_id="handbook")
    give(handbook, "team:support", Level.READER)
    give(handbook, "kofi", Level.EDITOR, expires_at=in_days(12), note="Until the audit is done")
    give(handbook, "dave", Level.NONE, note="On leave until spring")
    for username in ("alice", "bob", "carol"):
        create_api_key(user=User.objects.get(username=username), name="laptop", actor=OPERATOR)


def _live_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events over the last 90 days, more of them lately."""
    chance, now = Random(7), timezone.now()
    moments = sorted(now - timedelta(days=89 * chance.random() ** 1.4, hours=1) for _ in range(240))
    monkeypatch.setattr(Event._meta.get_field("at"), "auto_now_add", False)
    Event.objects.bulk_create(
        Event(id=first_uuid_at(moment), at=moment, action="share.created", actor="alice", via="hal", to_level=1)
        for moment in moments
    )
    monkeypatch.undo()


def addresses() -> dict[str, str]:
    handbook = Library.objects.get(natural_id="handbook")
    carol = User.objects.get(username="carol")
    return {
        "home": "/admin/",
        "library": f"/admin/libraries/library/{handbook.pk}/change/",
        "reach": f"/admin/libraries/library/{handbook.pk}/change/?people=1",
        "person": f"/admin/libraries/user/{carol.pk}/change/",
        "explain": "/admin/explain/?person=dave&library=handbook",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screenshots(console: Any, lively: None, theme: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = console.page
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    for name, address in addresses().items():
        page.set_viewport_size(TALL if name == "reach" else WINDOW)
        console.open(address)
        if name == "reach":
            page.locator("#reach").evaluate("heading => heading.closest('section').scrollIntoView()")
        page.screenshot(path=FOLDER / f"{name}-{theme}.png", animations="disabled", caret="hide")
