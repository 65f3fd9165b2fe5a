"""A library's page: who can reach it and by what, as a table and as a picture, and what happened to it."""

import re

import pytest

from libraries.admin.panels.reach_picture import picture_of
from libraries.models import OPERATOR, Share, User
from libraries.people.teams import create_team
from libraries.rules.levels import Level
from tests.admin.pages import library_page
from tests.factories import give, give_to_many, in_days, let_time_pass


def reached(response):
    return [
        (
            row.explanation.user.username,
            row.explanation.level.name,
            [reason.share.principal_name for reason in row.through],
            [reason.share.principal_name for reason in row.besides],
        )
        for row in response.context["reached"]
    ]


def drawn(library, viewer=OPERATOR):
    return [(branch.chip, branch.group, branch.people) for branch in picture_of(library, viewer).branches]


def test_it_names_everybody_with_their_level_and_what_gives_it(console, handbook):
    give(handbook, "carol", Level.EDITOR)
    give(handbook, "erin", Level.READER, expires_at=in_days(1))
    let_time_pass(days=2)

    response = console.get(library_page(handbook))

    assert reached(response) == [
        ("alice", "OWNER", ["alice"], ["org:acme"]),
        ("bob", "EDITOR", ["team:engineering"], ["org:acme"]),
        ("carol", "EDITOR", ["carol", "team:engineering"], ["org:acme"]),
    ]
    assert [user.username for user in response.context["administrators"]] == ["alice"]


def test_many_people_are_told_page_by_page(console, handbook):
    give_to_many(handbook, 60)

    first, last, beyond = (console.get(library_page(handbook) + query) for query in ("", "?people=3", "?people=99"))

    assert [len(response.context["reached"]) for response in (first, last, beyond)] == [25, 13, 13]
    assert b"1 to 25 of 63" in first.content
    assert {row[0] for row in reached(first)}.isdisjoint(row[0] for row in reached(last))


def test_a_library_that_lets_nobody_in_says_so(console, handbook):
    User.objects.exclude(username="admin").update(is_active=False)

    assert b"No share lets anybody in." in console.get(library_page(handbook)).content


def test_each_share_is_a_row_of_the_picture_with_its_team_and_its_people(handbook, globex):
    give(handbook, "erin", Level.READER, expires_at=in_days(1))
    let_time_pass(days=2)
    create_team(organization=handbook.organization, slug="empty", name="Empty", actor=OPERATOR)
    give(handbook, "team:empty", Level.READER)
    give(handbook, "everyone", Level.READER)

    assert drawn(handbook) == [
        ("Owner", "", "alice"),
        ("Editor", "team:engineering", "bob, carol"),
        ("Reader", "team:empty", "nobody"),
        ("Reader", "org:acme", "alice, bob, carol, dave"),
        ("Reader", "everyone", "7 people"),
        ("Shut out", "team:interns", "dave"),
        ("Over", "", "erin"),
    ]


def test_of_many_shares_those_alike_are_one_row(handbook, make_users):
    users = make_users(500)
    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=1) for user in users[:490])
    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=2) for user in users[490:492])
    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=0) for user in users[492:])

    assert drawn(handbook) == [
        ("Owner", "", "alice"),
        ("Editor", "", "person-490"),
        ("Editor", "", "person-491"),
        ("Editor", "team:engineering", "bob, carol"),
        ("Reader", "", "490 people"),
        ("Reader", "org:acme", "alice, bob, carol, dave"),
        ("Shut out", "", "8 people"),
        ("Shut out", "team:interns", "dave"),
    ]


@pytest.mark.parametrize("count", [3, 300])
def test_a_picture_takes_five_queries_at_most(handbook, make_users, count, django_assert_max_num_queries):
    give(handbook, "everyone", Level.READER)
    Share.objects.bulk_create(Share(library=handbook, kind=0, user=user, level=1) for user in make_users(count))
    with django_assert_max_num_queries(5):
        assert len(picture_of(handbook, OPERATOR).branches) == {3: 8, 300: 6}[count]


def test_a_picture_says_in_words_what_it_shows_and_cuts_what_does_not_fit(handbook):
    handbook.name = "A very long name of a library"
    picture = picture_of(handbook, OPERATOR)

    assert picture.summary == (
        "A very long name of a library: Owner, alice; Editor, team:engineering, bob, carol; "
        "Reader, org:acme, alice, bob, carol, dave; Shut out, team:interns, dave."
    )
    assert picture.title == "A very long name …"
    assert picture.rows[-1].y + picture.box < picture.height


def test_its_history_is_told_newest_first_and_names_no_other_library(console, handbook, roadmap):
    give(handbook, "bob", Level.NONE)
    give(roadmap, "dave", Level.READER)

    history = console.get(library_page(handbook)).context["history"]

    assert [f"{line.actor} {line.before}{line.library}{line.after}" for line in history] == [
        "alice shut bob out of this library",
        "alice shut team:interns out of this library",
        "alice shared this library with team:engineering as EDITOR",
        "alice shared this library with org:acme as READER",
        "alice became OWNER of this library",
        "alice made this library",
    ]


def test_an_administrator_is_not_led_to_people_of_other_organizations(console_of, alice, handbook, erin, bob):
    give(handbook, "erin", Level.READER)

    html = console_of(alice).get(library_page(handbook)).content.decode()

    assert f"/admin/libraries/user/{bob.pk}/change/" in html
    assert f"/admin/libraries/user/{erin.pk}/change/" not in html


def test_people_whom_an_administrator_may_not_know_are_a_number_r9(console, console_of, alice, press_kit):
    give(press_kit, "org:globex", Level.EDITOR)
    told, everything = (each.get(library_page(press_kit)) for each in (console_of(alice), console))

    assert [name for name, *_ in reached(told)] == ["alice", "bob", "carol", "dave"]
    assert "3 more people" in " ".join(told.content.decode().split())
    assert not re.search(rb"\b(erin|frank)\b", told.content)
    assert ("Editor", "org:globex", "2 people") in drawn(press_kit, alice)

    assert {name for name, *_ in reached(everything)} == {"admin", "alice", "bob", "carol", "dave", "erin", "frank"}
    assert everything.context["unnamed"] == 0
    assert ("Editor", "org:globex", "erin, frank") in drawn(press_kit)


def test_whom_a_share_names_is_named_r9(console_of, alice, press_kit):
    give(press_kit, "erin", Level.EDITOR)
    response = console_of(alice).get(library_page(press_kit))
    assert ("erin", "EDITOR", ["erin"], ["everyone"]) in reached(response)
    assert response.context["unnamed"] == 2


def test_its_whole_history_is_one_click_away(console, handbook, roadmap):
    events = console.get(f"/admin/libraries/event/?library_id__exact={handbook.pk}").context["cl"].queryset
    assert {event.library for event in events} == {"handbook"}


def test_its_ids_can_be_copied(console, handbook):
    html = console.get(library_page(handbook)).content.decode()
    for value in (handbook.natural_id, handbook.pk, handbook.object_id):
        assert re.search(rf'<code id="([a-z-]+)">{value}</code>\s*<button [^>]*data-copy="\1"', html)
