"""/admin/libraries/share/: every share there is, each changed and revoked by the same verbs as everywhere."""

from datetime import timedelta

import pytest
from django.utils import timezone

from libraries.models import Event, Share
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import share_library, transfer_library
from tests.admin.pages import CHANGED, errors, messages

LIST = "/admin/libraries/share/"
R5 = "Only an owner may give, change or take away ownership. An administrator transfers the library instead. (R5)"
R6 = "Owners cannot change or remove their own access. Transfer the library instead. (R6)"


def page(share):
    return f"{LIST}{share.pk}/change/"


def share_of(library, principal):
    return named(principal).share_of(library)


def found(console, query):
    return [str(share) for share in console.get(f"{LIST}?{query}").context["cl"].result_list]


def test_a_share_is_changed(console, handbook):
    share = share_of(handbook, "team:engineering")

    response = console.save(page(share), level=1, note="Read first", expires_at="2100-01-31T12:00:00")

    assert response.status_code == 302
    share.refresh_from_db()
    assert (share.level, share.note, share.expires_at.isoformat()) == (1, "Read first", "2100-01-31T12:00:00+00:00")
    event = Event.objects.get(via="admin")
    assert (event.action, event.actor, event.from_level, event.to_level) == ("share.changed", "admin", 2, 1)
    assert event.request_id == response.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2100-01-31", "2100-01-31T23:59:59+00:00"),
        (" 2100-01-31 ", "2100-01-31T23:59:59+00:00"),
        ("2100-01-31 00:00", "2100-01-31T00:00:00+00:00"),
        ("", None),
    ],
)
def test_a_date_alone_means_the_end_of_that_day(console, handbook, text, end):
    console.save(page(share_of(handbook, "team:engineering")), expires_at=text)

    found = share_of(handbook, "team:engineering").expires_at
    assert (found and found.isoformat()) == end


def test_what_is_no_date_is_told_beside_the_field(console, handbook):
    for odd in ("2100-02-30", "soon", "2100-01-31T25:00"):
        response = console.save(page(share_of(handbook, "team:engineering")), expires_at=odd)
        assert errors(response) == {"expires_at": ["Enter a valid date/time."]}


def test_what_the_rules_refuse_is_told_beside_the_field(console, handbook):
    owner = console.save(page(share_of(handbook, "alice")), level=2)
    team = console.save(page(share_of(handbook, "team:engineering")), level=3)
    late = console.save(page(share_of(handbook, "org:acme")), expires_at="2001-01-01T00:00:00")

    assert errors(owner) == errors(team) == {"level": [R5]}
    assert errors(late) == {
        "expires_at": ["The expiry date is in the past. Enter another date, or leave it empty. (R3)"]
    }
    assert not Event.objects.filter(via="admin").exists()

    console.save(page(share_of(handbook, "team:engineering")), level=0)
    assert share_of(handbook, "team:engineering").level == Level.NONE


def test_it_is_not_overwritten_when_it_changed_meanwhile(console, handbook, alice):
    share = share_of(handbook, "org:acme")
    opened = console.open(page(share))
    share_library(library=handbook, principal=named("org:acme"), level=Level.EDITOR, actor=alice)

    response = console.send(page(share), {**opened, "level": "0"})

    assert errors(response) == {"__all__": [CHANGED]}
    share.refresh_from_db()
    assert share.level == Level.EDITOR


def test_whose_share_it_is_cannot_be_changed(console, handbook, bob):
    share = share_of(handbook, "org:acme")

    console.send(page(share), {**console.open(page(share)), "principal": "bob", "user": str(bob.pk), "level": "2"})

    share.refresh_from_db()
    assert (share.principal_name, share.level) == ("org:acme", Level.EDITOR)


def test_shares_are_added_on_their_librarys_page_only(console, handbook, bob):
    response = console.send(f"{LIST}add/", {"library": str(handbook.pk), "user": str(bob.pk), "kind": 0, "level": 3})

    assert response.status_code == 403
    assert share_of(handbook, "bob") is None


def test_a_share_is_revoked(console, handbook):
    share = share_of(handbook, "team:engineering")
    confirmation = console.get(f"{LIST}{share.pk}/delete/")
    assert b"team:engineering is EDITOR on handbook" in confirmation.content

    console.send(f"{LIST}{share.pk}/delete/", {"post": "yes"})

    assert share_of(handbook, "team:engineering") is None
    assert Event.objects.get(via="admin").action == "share.revoked"
    handbook.refresh_from_db()
    assert handbook.share_count == 3


def test_an_ownership_is_not_revoked(console, handbook, alice):
    share = share_of(handbook, "alice")

    refused = console.client.post(f"{LIST}{share.pk}/delete/", {"post": "yes"}, follow=True)

    assert messages(refused) == [f"Nothing was changed: {R5}"]
    assert share_of(handbook, "alice").level == Level.OWNER

    transfer_library(library=handbook, to=named("admin"), actor=alice)
    mine = share_of(handbook, "admin")
    own = console.client.post(f"{LIST}{mine.pk}/delete/", {"post": "yes"}, follow=True)

    assert messages(own) == [f"Nothing was changed: {R6}"]
    assert share_of(handbook, "admin").level == Level.OWNER


@pytest.mark.parametrize(
    ("query", "shares"),
    [
        ("q=everyone", ["everyone: READER"]),
        ("q=team:engineering", ["team:engineering: EDITOR"]),
        ("q=team:", ["team:engineering: EDITOR", "team:interns: NONE", "team:data-science: READER", "team:research: READER"]),
        ("q=org:acme", ["org:acme: READER"]),
        ("q=carol", ["carol: EDITOR"]),
        ("q=carol@acme.example", ["carol: EDITOR"]),
        ("q=lab-notes", ["erin: OWNER", "team:research: READER"]),
        ("level__exact=0", ["team:interns: NONE"]),
        ("kind__exact=2", ["org:acme: READER"]),
        ("level__exact=3&kind__exact=0&q=press", ["alice: OWNER"]),
    ],
)  # fmt: skip
def test_shares_are_found(console, query, shares):
    assert sorted(found(console, query)) == sorted(shares)


def test_shares_are_found_by_their_end(console, handbook, roadmap):
    now = timezone.now()
    Share.objects.filter(library=handbook, team__slug="engineering").update(expires_at=now + timedelta(days=3))
    Share.objects.filter(library=handbook, team__slug="interns").update(expires_at=now - timedelta(days=3))
    Share.objects.filter(library=roadmap, user__username="carol").update(expires_at=now + timedelta(days=300))

    assert found(console, "end=soon") == ["team:engineering: EDITOR"]
    assert found(console, "end=over") == ["team:interns: NONE"]
    assert found(console, "end=later") == ["carol: EDITOR"]
    assert len(found(console, "end=none")) == 8
