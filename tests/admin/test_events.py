"""/admin/libraries/event/: everybody who may look may look, and nobody changes or deletes one (R11)."""

import pytest

from libraries.models import Event, User
from tests.admin.pages import library_page, messages

LIST = "/admin/libraries/event/"


def test_nobody_adds_changes_or_deletes_one(console):
    event = Event.objects.latest("id")
    before = list(Event.objects.values())

    added = console.send(f"{LIST}add/", {"action": "share.created"})
    changed = console.send(f"{LIST}{event.pk}/change/", {"action": "share.created"})
    deleted = console.send(f"{LIST}{event.pk}/delete/", {"post": "yes"})
    chosen = console.choose(LIST, "delete_selected", event, post="yes")

    assert [response.status_code for response in (added, changed, deleted)] == [403, 403, 403]
    assert chosen.status_code == 200
    assert b"delete_selected" not in console.get(LIST).content
    assert messages(chosen) == []
    assert list(Event.objects.values()) == before


def test_events_outlive_what_they_tell_of(console, handbook, frank):
    told = set(Event.objects.values_list("pk", flat=True))

    console.send(f"/admin/libraries/library/{handbook.pk}/delete/", {"post": "yes"})
    console.send(f"/admin/libraries/user/{frank.pk}/delete/", {"post": "yes"})

    assert not User.objects.filter(pk=frank.pk).exists()
    assert told < set(Event.objects.values_list("pk", flat=True))


def test_a_page_tells_all_of_one(console, handbook):
    console.save(library_page(handbook), shares__1__level=2, shares__1__note="for now")
    event = Event.objects.get(via="admin")

    html = console.get(f"{LIST}{event.pk}/change/").content.decode()

    for text in ("share.changed", "READER → EDITOR", "org:acme", "for now", event.request_id, "handbook"):
        assert text in html, text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=handb", {"handbook"}),
        ("q=erin&action=share.created", {"lab-notes"}),
        ("action=library.created", {"handbook", "roadmap", "press-kit", "lab-notes"}),
        ("via=admin", set()),
        ("to_level__exact=0", {"handbook"}),
    ],
)
def test_events_are_found(console, query, expected):
    rows = console.get(f"{LIST}?{query}").context["cl"].result_list
    assert {event.library for event in rows} == expected
