"""/admin/: counts that lead to what they count, a plot of what was made, and what happened last."""

from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from libraries.admin.panels.plot import plot_of
from libraries.models import OPERATOR, Event, User
from libraries.people.keys import create_api_key, revoke_api_key
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import transfer_library
from tests.factories import give, in_days, let_time_pass

HOME = "/admin/"


def figures(console):
    groups = console.get(HOME).context["groups"]
    return {figure.label: figure for group in groups.values() for figure in group}


def counts(console):
    return {label: figure.count for label, figure in figures(console).items()}


@pytest.fixture
def troubles(alice, bob, handbook, roadmap):
    """Something of everything that is counted."""
    give(handbook, "carol", Level.READER, expires_at=in_days(10))
    give(handbook, "dave", Level.READER, expires_at=in_days(40))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    for name, end in (("old", in_days(1)), ("new", None), ("gone", None)):
        key, _ = create_api_key(user=alice, name=name, expires_at=end, actor=OPERATOR)
    revoke_api_key(key=key, actor=OPERATOR)
    let_time_pass(days=2)


def test_it_counts_what_there_is(console, troubles):
    assert counts(console) == {
        "Libraries": 4,
        "Shared with everyone": 1,
        "Without an active owner": 1,
        "Live": 1,
        "Never used": 1,
        "Expired": 1,
        "Owners": 4,
        "Editors": 2,
        "Readers": 6,
        "Shut-outs": 1,
        "End within 30 days": 1,
    }


def test_every_count_leads_to_exactly_what_it_counts(console, troubles):
    for label, figure in figures(console).items():
        listed = console.get(figure.address).context["cl"]
        assert listed.result_count == figure.count > 0, label
    assert figures(console)["Without an active owner"].alarming


def test_an_administrator_counts_their_own_organization_alone_r10(console_of, alice, erin, lab_notes):
    give(lab_notes, "frank", Level.EDITOR)

    mine, theirs = console_of(alice), console_of(erin)

    assert (counts(mine)["Libraries"], counts(theirs)["Libraries"]) == (3, 1)
    assert (counts(mine)["Editors"], counts(theirs)["Editors"]) == (2, 1)
    for console in (mine, theirs):
        for label, figure in figures(console).items():
            assert console.get(figure.address).context["cl"].result_count == figure.count, label
    assert {line.library for line in mine.get(HOME).context["latest"]} <= {"handbook", "roadmap", "press-kit", ""}
    assert mine.get(HOME).context["plot"].total + theirs.get(HOME).context["plot"].total == 12


def test_a_handed_over_library_has_an_active_owner_again(console, troubles, roadmap, admin_user):
    transfer_library(library=roadmap, to=named("carol"), actor=admin_user)
    assert counts(console)["Without an active owner"] == 0
    assert not figures(console)["Without an active owner"].alarming


def test_what_happened_last_is_told_in_sentences(console, alice, handbook):
    give(handbook, "bob", Level.READER)
    give(handbook, "bob", Level.NONE)

    lines = console.get(HOME).context["latest"]

    told = [f"{line.actor} {line.before}{line.library}{line.after}" for line in lines[:2]]
    assert told == ["alice changed bob from READER to NONE on handbook", "alice shared handbook with bob as READER"]
    assert len(lines) == 10
    assert lines[0].via == "code"


def test_shares_are_plotted_by_the_day_on_which_they_were_made(console, handbook):
    made = Event.objects.filter(action="share.created").count()

    response = console.get(HOME)

    plot = response.context["plot"]
    assert (len(plot.days), plot.total, plot.days[-1]) == (90, made, (timezone.now().date(), made))
    assert plot.summary.encode() in response.content
    assert sum(count for _, count in plot.weeks) == made


def test_a_plot_says_in_words_what_it_shows():
    today = date(2026, 3, 31)
    empty = plot_of({}, until=today, days=90)
    one = plot_of({date(2026, 3, 30): 1}, until=today, days=90)
    many = plot_of({date(2026, 1, 1): 12, date(2026, 3, 31): 34, date(2025, 1, 1): 99}, until=today, days=90)

    assert empty.summary == "No shares were made in the last 90 days."
    assert one.summary == "1 share was made in the last 90 days, most of them on 30 March 2026: 1."
    assert many.summary == "46 shares were made in the last 90 days, most of them on 31 March 2026: 34."
    assert [tick.text for tick in many.levels] == ["0", "20", "40"]
    assert max(bar.height for bar in many.bars) <= many.floor
    assert [bar.count for bar in empty.bars] == [0] * 90


@pytest.mark.parametrize(
    ("most", "top"), [(1, 2), (2, 2), (3, 4), (9, 10), (11, 20), (100, 100), (101, 200), (999, 1000)]
)
def test_the_scale_ends_at_a_round_number(most, top):
    today = date(2026, 3, 31)
    assert plot_of({today: most}, until=today, days=90).top == top


def test_where_nothing_happened_it_says_so(console):
    without_events = ["DROP TRIGGER libraries_event_stays", "DELETE FROM libraries_event"]  # as the test's end undoes
    with connection.cursor() as cursor:
        for statement in ["TRUNCATE libraries_event"] if connection.vendor == "postgresql" else without_events:
            cursor.execute(statement)

    page = console.get(HOME).content.decode()

    assert "Nothing has happened yet." in page
    assert "No shares were made in the last 90 days." in page
