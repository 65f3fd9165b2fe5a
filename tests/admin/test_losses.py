"""Before a save takes access away, a page tells who loses what, and nothing is kept until that is confirmed."""

import pytest

from libraries.access.check import can
from libraries.models import OPERATOR, Event
from libraries.people.teams import add_team_member
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing.share import share_library
from tests.admin.pages import errors, form_in, library_page, row_errors
from tests.factories import level_of, make_user


def told(response):
    return [(loss.username, loss.before.name, loss.after.name) for loss in response.context["losses"]]


def test_it_tells_who_loses_what_and_saves_nothing_until_confirmed(console, handbook, bob):
    before = Event.objects.count()

    asked = console.try_to_save(library_page(handbook), shares__2__DELETE="on", name="Manual")

    assert asked.status_code == 200
    assert told(asked) == [("bob", "EDITOR", "READER"), ("carol", "EDITOR", "READER")]
    assert can(bob, handbook, Action.CHANGE)
    assert Event.objects.count() == before

    saved = console.send(library_page(handbook), form_in(asked))

    assert saved.status_code == 302
    assert not can(bob, handbook, Action.CHANGE)
    handbook.refresh_from_db()
    assert handbook.name == "Manual"


@pytest.mark.parametrize(
    ("values", "losses"),
    [
        ({"shares__2__level": 1}, [("bob", "EDITOR", "READER"), ("carol", "EDITOR", "READER")]),
        ({"shares__2__level": 0}, [("bob", "EDITOR", "NONE"), ("carol", "EDITOR", "NONE")]),
        ({"shares__4__principal": "bob", "shares__4__level": 0}, [("bob", "EDITOR", "NONE")]),
        ({"shares__4__principal": "everyone", "shares__4__level": 0}, []),
        ({"shares__1__DELETE": "on"}, []),
        ({"shares__3__DELETE": "on"}, []),
        ({"shares__1__level": 2}, []),
        ({"shares__4__principal": "dave", "shares__4__level": 1}, []),
        ({"shares__2__note": "for the audit"}, []),
        ({"shares__2__expires_at": "2100-01-01T00:00:00"}, []),
    ],
)
def test_it_asks_exactly_where_somebody_ends_up_with_less(console, handbook, values, losses):
    response = console.try_to_save(library_page(handbook), **values)

    assert response.status_code == (200 if losses else 302)
    if losses:
        assert told(response) == losses


def test_a_transfer_asks_too(console, handbook, alice, carol):
    asked = console.try_to_save(library_page(handbook), owner=str(carol.pk))

    assert told(asked) == [("alice", "OWNER", "EDITOR")]
    assert level_of(alice, handbook) == Level.OWNER

    console.send(library_page(handbook), form_in(asked))

    assert (level_of(alice, handbook), level_of(carol, handbook)) == (Level.EDITOR, Level.OWNER)


def test_a_confirmation_is_for_what_was_shown_and_for_nothing_that_came_about_since(
    console, handbook, acme, engineering
):
    asked = console.try_to_save(library_page(handbook), shares__2__level=1)
    newcomer = make_user("grace", member_of=acme)
    add_team_member(team=engineering, user=newcomer, actor=OPERATOR)

    again = console.send(library_page(handbook), form_in(asked))

    assert ("grace", "EDITOR", "READER") in told(again)
    assert level_of(newcomer, handbook) == Level.EDITOR
    assert console.send(library_page(handbook), form_in(again)).status_code == 302
    assert level_of(newcomer, handbook) == Level.READER


def test_what_is_refused_is_told_before_anything_is_asked(console, handbook):
    refused = console.try_to_save(library_page(handbook), shares__2__DELETE="on", shares__4__principal="nobody")

    assert "losses" not in refused.context
    assert list(row_errors(refused)) == ["nobody"]


def test_what_changed_while_it_asked_is_not_overwritten(console, handbook, alice):
    asked = console.try_to_save(library_page(handbook), shares__2__DELETE="on")
    share_library(library=handbook, principal=named("team:engineering"), level=Level.READER, actor=alice)

    response = console.send(library_page(handbook), form_in(asked))

    assert list(row_errors(response)) == ["team:engineering"]
    assert not errors(response)


def test_a_long_list_names_the_first_and_counts_the_rest(console, handbook, engineering, make_users):
    for user in make_users(60):
        user.groups.add(engineering.group_id)

    asked = console.try_to_save(library_page(handbook), shares__2__DELETE="on")

    assert len(told(asked)) == 50
    text = " ".join(asked.content.decode().split())
    assert "leaves 62 people with less than they have now, 60 of them with nothing." in text
    assert "And 12 more people." in text


def test_a_shares_own_page_asks_in_the_same_way(console, handbook, bob):
    share = handbook.shares.get(team__slug="engineering")
    path = f"/admin/libraries/share/{share.pk}/change/"

    asked = console.try_to_save(path, level=1)

    assert told(asked) == [("bob", "EDITOR", "READER"), ("carol", "EDITOR", "READER")]
    assert level_of(bob, handbook) == Level.EDITOR

    assert console.send(path, form_in(asked)).status_code == 302
    assert level_of(bob, handbook) == Level.READER
