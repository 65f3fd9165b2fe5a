"""/admin/libraries/library/ID/change/: the shares on a library's page, edited in place."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry

from libraries.access.check import can
from libraries.models import Event, Share
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing.share import share_library, transfer_library
from tests.admin.pages import CHANGED, HANDBOOK, SHARE_EVENT, library_page, recorded, row_errors
from tests.factories import levels

R5 = "Only an owner may give, change or take away ownership. An administrator transfers the library instead. (R5)"
R6 = "Owners cannot change or remove their own access. Transfer the library instead. (R6)"


def test_a_share_is_added_changed_and_removed_in_place(console, handbook, dave):
    assert not can(dave, handbook, Action.VIEW)

    console.save(
        library_page(handbook), shares__4__principal="dave", shares__4__level=2, shares__4__note="for the audit"
    )

    assert levels(handbook) == {**HANDBOOK, "dave": "EDITOR"}
    assert can(dave, handbook, Action.CHANGE)

    console.save(library_page(handbook), shares__4__level=1, shares__4__expires_at="2100-01-31T12:00:00")

    share = handbook.shares.get(user=dave)
    assert (share.level, share.expires_at) == (Level.READER, datetime(2100, 1, 31, 12, tzinfo=UTC))
    assert share.note == "for the audit"
    assert not can(dave, handbook, Action.CHANGE)

    response = console.save(library_page(handbook), shares__4__DELETE="on")

    assert response.status_code == 302
    assert levels(handbook) == HANDBOOK
    assert not can(dave, handbook, Action.VIEW)
    assert recorded(*SHARE_EVENT) == [
        ("share.created", "admin", "dave", None, 2),
        ("share.changed", "admin", "dave", 2, 1),
        ("share.revoked", "admin", "dave", 1, None),
    ]
    handbook.refresh_from_db()
    assert (handbook.share_count, handbook.revision) == (4, 4 + 3)


def test_every_event_of_one_save_names_its_request(console, handbook):
    response = console.save(library_page(handbook), name="Manual", shares__1__level=2, shares__3__DELETE="on")

    named_by = Event.objects.filter(via="admin").values_list("action", "request_id")
    assert sorted(named_by) == [
        (action, response.headers["X-Request-ID"]) for action in ("library.changed", "share.changed", "share.revoked")
    ]


def test_a_page_saved_as_it_stands_changes_nothing(console, handbook):
    share_library(
        library=handbook,
        principal=named("bob"),
        level=Level.READER,
        expires_at=datetime(2100, 1, 1, 1, 2, 3, 456, tzinfo=UTC),
        actor=handbook.shares.get(level=Level.OWNER).user,
    )
    before = list(Share.objects.values())

    assert console.save(library_page(handbook)).status_code == 302

    assert list(Share.objects.values()) == before
    assert recorded(*SHARE_EVENT) == []


@pytest.mark.parametrize("principal", ["everyone", "team:data-science", "org:globex", "erin"])
def test_every_kind_of_principal_is_written_as_everywhere(console, handbook, principal):
    console.save(library_page(handbook), shares__4__principal=f" {principal} ", shares__4__level=1)

    assert levels(handbook) == {**HANDBOOK, principal: "READER"}


def test_unknown_principals_are_refused_in_their_row_and_nothing_else_is_saved(console, handbook, lab_notes):
    row = {"shares-TOTAL_FORMS": 6, "shares-5-principal": "bob", "shares-5-level": 1}

    response = console.save(library_page(handbook), shares__4__principal="nobody", name="Manual", **row)

    assert row_errors(response) == {
        "nobody": {
            "principal": [
                "No user, team or organization “nobody” can be given access to this library. Check the name. People from other organizations can be added only where the library's organization shares with anyone. (R8)"
            ]
        }
    }
    assert levels(handbook) == HANDBOOK
    handbook.refresh_from_db()
    assert handbook.name == "Handbook"

    outsider = console.save(library_page(lab_notes), shares__2__principal="alice")

    assert row_errors(outsider) == {
        "alice": {
            "principal": [
                "No user, team or organization “alice” can be given access to this library. Check the name. People from other organizations can be added only where the library's organization shares with anyone. (R8)"
            ]
        }
    }
    assert recorded(*SHARE_EVENT) == []
    assert not LogEntry.objects.exists()


def test_not_even_a_superuser_gives_or_takes_ownership_by_a_share(console, handbook):
    response = console.save(
        library_page(handbook),
        shares__0__DELETE="on",
        shares__1__level=3,
        shares__4__principal="bob",
        shares__4__level=3,
    )

    assert row_errors(response) == {
        "alice": {"level": [R5]},
        "org:acme": {"level": [R5]},
        "bob": {"level": [R5]},
    }
    assert R5.encode() in response.content
    assert levels(handbook) == HANDBOOK

    console.save(library_page(handbook), shares__4__principal="bob", shares__4__level=2)

    assert levels(handbook) == {**HANDBOOK, "bob": "EDITOR"}


def test_an_owner_is_refused_their_own_share_beside_its_row(console, handbook, alice):
    transfer_library(library=handbook, to=named("admin"), actor=alice)
    mine = next(row for row in range(5) if console.open(library_page(handbook))[f"shares-{row}-level"] == ["3"])

    lowered = console.save(library_page(handbook), **{f"shares-{mine}-level": 2})
    removed = console.save(library_page(handbook), **{f"shares-{mine}-DELETE": "on"})

    assert row_errors(lowered) == row_errors(removed) == {"admin": {"__all__": [R6]}}
    assert levels(handbook)["admin"] == "OWNER"

    console.save(library_page(handbook), shares__1__level=2)

    assert levels(handbook)["org:acme"] == "EDITOR"


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        (
            {"shares__1__expires_at": "2001-01-01T00:00:00"},
            {
                "org:acme": {
                    "expires_at": ["The expiry date is in the past. Enter another date, or leave it empty. (R3)"]
                }
            },
        ),
        (
            {"shares__0__expires_at": "2100-01-01T00:00:00"},
            {"alice": {"level": [R5]}},
        ),
        (
            {"shares__1__expires_at": "soon"},
            {"org:acme": {"expires_at": ["Enter a valid date/time."]}},
        ),
        (
            {"shares__1__level": 7},
            {"org:acme": {"level": ["Select a valid choice. 7 is not one of the available choices."]}},
        ),
        (
            {"shares__1__note": "x" * 501},
            {"org:acme": {"note": ["Ensure this value has at most 500 characters (it has 501)."]}},
        ),
        (
            {"shares__1__note": "\x00"},
            {"org:acme": {"note": ["Null characters are not allowed."]}},
        ),
        (
            {"shares__4__principal": "team:engineering"},
            {"team:engineering": {"principal": ["This principal already has a share. Change that one instead."]}},
        ),
        (
            {"shares__4__note": "for whom?"},
            {"": {"principal": ["This field is required."]}},
        ),
    ],
)
def test_what_cannot_be_is_told_in_its_row(console, handbook, values, refusal):
    response = console.save(library_page(handbook), **values)

    assert response.status_code == 200
    assert row_errors(response) == refusal
    assert levels(handbook) == HANDBOOK
    assert recorded(*SHARE_EVENT) == []


def test_a_removed_principal_can_be_added_in_the_same_save(console, handbook):
    console.save(
        library_page(handbook), shares__2__DELETE="on", shares__4__principal="team:engineering", shares__4__level=1
    )

    assert levels(handbook) == {**HANDBOOK, "team:engineering": "READER"}


def test_a_share_that_changed_meanwhile_is_not_overwritten(console, handbook, alice):
    opened = console.open(library_page(handbook))
    share_library(library=handbook, principal=named("org:acme"), level=Level.EDITOR, actor=alice)

    response = console.send(library_page(handbook), {**opened, "shares-2-level": "1"})

    assert row_errors(response) == {"org:acme": {"__all__": [CHANGED]}}
    assert levels(handbook) == {**HANDBOOK, "org:acme": "EDITOR"}


def test_a_share_that_went_meanwhile_is_not_made_again(console, handbook):
    opened = console.open(library_page(handbook))
    handbook.shares.get(team__slug="interns").delete()

    response = console.send(library_page(handbook), {**opened, "shares-3-level": "1"})

    assert row_errors(response) == {None: {"__all__": [CHANGED]}}
    assert "team:interns" not in levels(handbook)


def test_a_share_given_meanwhile_stands_in_nobodys_way(console, handbook, alice):
    opened = console.open(library_page(handbook))
    share_library(library=handbook, principal=named("bob"), level=Level.READER, actor=alice)

    console.send(library_page(handbook), {**opened, "shares-1-level": "2"})

    assert levels(handbook) == {**HANDBOOK, "bob": "READER", "org:acme": "EDITOR"}


def test_rows_of_another_library_are_not_touched(console, handbook, roadmap):
    theirs = roadmap.shares.get(user__username="carol")

    response = console.save(library_page(handbook), shares__1__id=str(theirs.pk), shares__1__level=1)

    assert response.status_code == 200
    assert levels(roadmap) == {"bob": "OWNER", "carol": "EDITOR", "team:data-science": "READER"}
    assert levels(handbook) == HANDBOOK
