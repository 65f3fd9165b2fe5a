"""/admin/libraries/share/ with many chosen: level, end or revoke, shown before it is done, all or nothing."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.admin.pages import share_actions
from libraries.models import Event, Share
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing import grants
from libraries.sharing.share import share_library
from tests.admin.pages import CHANGED, messages
from tests.factories import give_to_many

LIST = "/admin/libraries/share/"
R5 = "Only an owner may give, change or take away ownership. An administrator transfers the library instead. (R5)"


@pytest.fixture
def chosen(handbook, roadmap):
    """A team's, an organization's and a person's share, in two libraries."""
    names = (handbook, "team:engineering"), (handbook, "org:acme"), (roadmap, "carol")
    return [named(principal).share_of(library) for library, principal in names]


def shown(response):
    """The rows of the preview: who, how many people, from, and to or the refusal."""
    assert response.status_code == 200
    rows = response.context["rows"]
    return {row.share.principal_name: (row.people, row.before, row.refusal or row.after) for row in rows}


def confirm(console, response, action, chosen, **values):
    version = re.search(r'name="version" value="(\w+)"', response.content.decode())
    assert version, "there is nothing to confirm"
    return console.choose(LIST, action, *chosen, ask="yes", version=version[1], **values)


def levels(chosen):
    return [share.level for share in Share.objects.filter(pk__in=[share.pk for share in chosen]).order_by("pk")]


def test_a_level_is_asked_for_shown_and_set(console, chosen):
    asked = console.choose(LIST, "set_level", *chosen)

    assert shown(asked)["carol"] == ("1", "EDITOR", "")
    assert "version" not in asked.content.decode()

    preview = console.choose(LIST, "set_level", *chosen, ask="preview", level="1")

    assert shown(preview) == {
        "team:engineering": ("2", "EDITOR", "READER"),
        "org:acme": ("4", "READER", "as it is"),
        "carol": ("1", "EDITOR", "READER"),
    }
    assert not Event.objects.filter(via="admin").exists()

    done = confirm(console, preview, "set_level", chosen, level="1")

    assert messages(done) == ["2 of 3 shares changed. The level was set."]
    assert levels(chosen) == [1, 1, 1]
    changes = (
        Event.objects.filter(via="admin").order_by("position").values_list("actor", "action", "principal", "to_level")
    )
    assert sorted(changes) == [
        ("admin", "share.changed", "carol", 1),
        ("admin", "share.changed", "team:engineering", 1),
    ]
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {
        str(share.pk) for share in chosen if share.principal_name != "org:acme"
    }
    assert list(grants.discrepancies()) == []


def test_an_end_is_set_and_taken_off(console, chosen):
    values = {"expires_at": "2100-01-31T12:00:00"}
    preview = console.choose(LIST, "set_end", *chosen, ask="preview", **values)
    assert shown(preview)["org:acme"] == ("4", "READER", "READER until 2100-01-31 12:00:00 UTC")

    assert messages(confirm(console, preview, "set_end", chosen, **values)) == [
        "3 of 3 shares changed. The end was set."
    ]
    ends = Share.objects.filter(pk__in=[share.pk for share in chosen]).values_list("expires_at", flat=True)
    assert {end.isoformat() for end in ends if end} == {"2100-01-31T12:00:00+00:00"}

    preview = console.choose(LIST, "set_end", *chosen, ask="preview", expires_at="")
    assert shown(preview)["org:acme"] == ("4", "READER until 2100-01-31 12:00:00 UTC", "READER")
    confirm(console, preview, "set_end", chosen, expires_at="")
    assert not Share.objects.exclude(expires_at=None).exists()


def test_they_are_revoked_with_one_confirmation(console, chosen, handbook):
    preview = console.choose(LIST, "revoke", *chosen)

    assert shown(preview)["team:engineering"] == ("2", "EDITOR", "no share")

    assert messages(confirm(console, preview, "revoke", chosen)) == ["3 of 3 shares changed. Revoked."]
    assert levels(chosen) == []
    handbook.refresh_from_db()
    assert handbook.share_count == 2
    assert Event.objects.filter(via="admin", action="share.revoked").count() == 3


@pytest.mark.parametrize(
    ("action", "values", "refusal"),
    [
        ("revoke", {}, R5),
        ("set_level", {"level": "1"}, R5),
        ("set_end", {"expires_at": "2100-01-31T12:00:00"}, R5),
    ],
)
def test_one_refusal_keeps_all_from_being_done(console, chosen, roadmap, action, values, refusal):
    owner = named("bob").share_of(roadmap)
    before = list(Share.objects.values())

    preview = console.choose(LIST, action, *chosen, owner, ask="preview", **values)

    assert shown(preview)["bob"] == ("1", "OWNER", refusal)
    assert "1 of 4 is. Leave it out" in " ".join(preview.content.decode().split())
    assert 'name="version"' not in preview.content.decode()

    forced = console.choose(LIST, action, *chosen, owner, ask="yes", version="0" * 64, **values)

    assert {row[2] for row in shown(forced).values()} == {CHANGED}
    assert list(Share.objects.values()) == before
    assert not Event.objects.filter(via="admin").exists()


def test_what_changed_after_the_preview_is_not_done(console, chosen, alice, handbook):
    preview = console.choose(LIST, "set_level", *chosen, ask="preview", level="0")
    share_library(library=handbook, principal=named("org:acme"), level=Level.EDITOR, actor=alice)

    refused = confirm(console, preview, "set_level", chosen, level="0")

    assert {row[2] for row in shown(refused).values()} == {CHANGED}
    assert levels(chosen) == [2, 2, 2]


def test_what_went_after_the_preview_is_not_taken_for_done(console, chosen):
    preview = console.choose(LIST, "revoke", *chosen)
    Share.objects.filter(pk=chosen[0].pk).delete()

    refused = confirm(console, preview, "revoke", chosen)

    assert set(shown(refused)) == {"org:acme", "carol"}
    assert len(levels(chosen)) == 2

    Share.objects.filter(pk__in=[share.pk for share in chosen]).delete()

    assert messages(confirm(console, preview, "revoke", chosen)) == [CHANGED]


@pytest.mark.parametrize(
    ("action", "values", "told"),
    [
        ("set_level", {"level": "7"}, "Select a valid choice. 7 is not one of the available choices."),
        ("set_level", {}, "This field is required."),
        ("set_end", {"expires_at": "soon"}, "Enter a valid date/time."),
    ],
)
def test_an_answer_that_is_none_is_told_beside_its_field(console, chosen, action, values, told):
    response = console.choose(LIST, action, *chosen, ask="preview", **values)

    assert [sentence for errors in response.context["ask"].errors.values() for sentence in errors] == [told]
    assert 'name="version"' not in response.content.decode()


def test_an_end_in_the_past_is_refused_in_each_row(console, chosen):
    preview = console.choose(LIST, "set_end", *chosen, ask="preview", expires_at="2001-01-01T00:00:00")

    assert {row[2] for row in shown(preview).values()} == {
        "The expiry date is in the past. Enter another date, or leave it empty. (R3)"
    }


def test_an_administrator_changes_their_own(console_of, alice, chosen):
    console = console_of(alice)
    preview = console.choose(LIST, "set_level", *chosen, ask="preview", level="1")

    assert messages(confirm(console, preview, "set_level", chosen, level="1")) == [
        "2 of 3 shares changed. The level was set."
    ]
    assert set(Event.objects.filter(via="admin").values_list("actor", flat=True)) == {"alice"}


def test_too_many_are_not_changed_at_once(console, handbook, monkeypatch):
    monkeypatch.setattr(share_actions, "MAX_SHARES", 3)
    shares = list(handbook.shares.all())

    refused = console.choose(LIST, "revoke", *shares)

    assert messages(refused) == ["Choose 3 shares at most, in one go."]
    assert handbook.shares.count() == 4


def test_they_are_never_deleted_past_the_preview(console, chosen):
    assert b"delete_selected" not in console.get(LIST).content
    assert messages(console.choose(LIST, "delete_selected", *chosen, post="yes")) == ["No action selected."]
    assert len(levels(chosen)) == 3


def test_300_cost_as_much_as_3(console, handbook):
    give_to_many(handbook, 300)
    readers = list(Share.objects.filter(user__username__startswith="reader-").select_related("user"))

    def cost(shares):
        preview = console.choose(LIST, "set_level", *shares, ask="preview", level="2")
        with CaptureQueriesContext(connection) as captured:
            confirm(console, preview, "set_level", shares, level="2")
        return len(captured)

    cost(readers[:1])
    # On SQLite Django writes its own history in batches.
    assert cost(readers[4:]) <= cost(readers[1:4]) + 2
