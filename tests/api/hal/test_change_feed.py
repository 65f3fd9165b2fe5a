"""GET /api/events"""

from __future__ import annotations

from functools import partial
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Event, Scope, User
from libraries.people.administrators import set_administrator
from libraries.people.members import add_member
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import revoke_share
from tests.api.hal.documents import CURIES, event_document, problem
from tests.at_once import at_once
from tests.clients import ApiClient
from tests.factories import give, give_as

FEED = "/api/events"
WRITERS = 8
ROUNDS = 6 if connection.vendor == "postgresql" else 2  # SQLite lets one writer in at a time


def page(client: ApiClient, path: str) -> tuple[list[Any], str]:
    """The events on a page, and the link to go on by, which is always there."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["count"] == len(body["_embedded"]["inf:event"])
    assert body["_links"]["self"] == {"href": path}
    return body["_embedded"]["inf:event"], body["_links"]["next"]["href"]


def walk(client: ApiClient, path: str) -> tuple[list[Any], str]:
    """The events from here to the end, and the link for later."""
    found, link = page(client, path)
    events = list(found)
    while found:
        found, link = page(client, link)
        events += found
    return events, link


def principals(events: list[Any]) -> list[str]:
    return [event["principalId"] for event in events]


def test_it_lists_what_happened_oldest_first(client_for, acme):
    client = client_for("alice")

    answer = client.get(FEED)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/hal+json"
    body = answer.json()
    told = Event.objects.filter(organization_id=acme.pk).order_by("position")
    assert body == {
        "_links": {"self": {"href": FEED}, "next": body["_links"]["next"], "curies": CURIES},
        "_embedded": {"inf:event": [event_document(event) for event in told]},
        "count": told.count(),
    }
    assert body["_links"]["next"]["href"].startswith(f"{FEED}?count=50&after=")


def test_whoever_comes_back_gets_what_is_new(client_for, handbook):
    client = client_for("alice")
    _, later = walk(client, FEED)
    assert page(client, later) == ([], later)

    give(handbook, "frank", Level.READER)
    found, later = page(client, later)
    assert principals(found) == ["frank"]

    give(handbook, "frank", Level.EDITOR)
    give(handbook, "erin", Level.READER)
    found, later = page(client, later)
    assert principals(found) == ["frank", "erin"]
    assert page(client, later)[0] == []


def test_asking_again_where_nothing_is_new_costs_no_body(client_for, handbook):
    client = client_for("alice")
    _, later = walk(client, FEED)
    etag = client.get(later).headers["ETag"]
    assert client.get(later, If_None_Match=etag).status_code == 304
    give(handbook, "frank", Level.READER)
    assert client.get(later, If_None_Match=etag).status_code == 200


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000])
def test_a_walk_meets_everything_once(client_for, count):
    client = client_for("alice")
    everything, _ = page(client, FEED)
    assert len(everything) < 50
    assert walk(client, f"{FEED}?count={count}")[0] == everything


@pytest.mark.parametrize(
    ("username", "organizations"),
    [("alice", {"acme"}), ("erin", {"globex"}), ("admin", {"acme", "globex", None})],
)
def test_administrators_read_their_organizations_and_superusers_all(client_for, username, organizations):
    """R10. What is of no organization, such as a key, is for superusers."""
    events, _ = walk(client_for(username), FEED)
    assert {event["organization"] for event in events} == organizations


@pytest.mark.parametrize("username", ["bob", "carol", "dave", "frank"])
def test_others_are_refused_until_they_administer(client_for, globex, username):
    client = client_for(username)
    for path in (FEED, f"{FEED}?action=nonsense"):
        refused = client.get(path)
        assert refused.status_code == 403
        assert refused.json() == problem(
            403, "Only administrators of an organization may do that.", FEED, code="not_administrator", rule="R10"
        )
    user = User.objects.get(username=username)
    add_member(organization=globex, user=user, actor=OPERATOR)
    set_administrator(organization=globex, user=user, administrator=True, actor=OPERATOR)
    assert {event["organization"] for event in page(client, FEED)[0]} == {"globex"}


def test_it_takes_a_key_for_administering(client_for):
    refused = client_for("alice", Scope.LIBRARY_READ, Scope.LIBRARY_WRITE).get(FEED)
    assert refused.json() == problem(403, "The key lacks the scope organization:admin.", FEED)
    assert client_for("alice", Scope.ORGANIZATION_ADMIN).get(FEED).status_code == 200


def test_it_tells_of_a_library_that_is_gone(client_for, handbook):
    client = client_for("alice")
    history = client.get("/api/libraries/handbook/events").json()["_embedded"]["inf:event"]
    assert client.delete("/api/libraries/handbook").status_code == 204
    told, _ = page(client, f"{FEED}?library={handbook.pk}")
    assert told[:-1] == history[::-1]
    assert told[-1]["action"] == "library.deleted"
    assert page(client, f"{FEED}?library=handbook")[0] == told
    assert page(client_for("erin"), f"{FEED}?library={handbook.pk}")[0] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("action=library.created", [None, None]),
        ("action=library.created&actor=bob", [None]),
        ("action=share.created&library=roadmap", ["bob", "carol", "team:data-science", "frank"]),
        ("principal=frank", ["frank"]),
        ("principal=frank&library=handbook", []),
        ("organization=globex", []),
        ("organization=acme&principal=frank&since=2020-01-01T00:00:00Z&until=2090-01-01T00:00:00Z", ["frank"]),
        ("principal=frank&since=2090-01-01T00:00:00Z", []),
        ("principal=frank&until=2020-01-01T00:00:00Z", []),
        ("library=00000000-0000-0000-0000-000000000000", []),
        ("library=nowhere", []),
    ],
)
def test_it_filters_and_stays_on_the_way(client_for, bob, roadmap, query, found):
    give_as(bob, roadmap, "frank", Level.READER)
    if query == "action=library.created":
        found = [None] * Event.objects.filter(action="library.created", organization="acme").count()
    client = client_for("alice")
    assert principals(page(client, f"{FEED}?{query}")[0]) == found
    assert principals(walk(client, f"{FEED}?{query}&count=2")[0]) == found


def test_a_point_is_good_for_other_filters_and_for_other_readers(client_for, handbook, lab_notes):
    """It says where one is, and nothing of what one may read."""
    _, later = walk(client_for("admin"), f"{FEED}?actor=alice")
    point = later.partition("after=")[2]
    give(handbook, "frank", Level.READER)
    give(lab_notes, "frank", Level.EDITOR)
    for username, libraries in (("admin", ["handbook", "lab-notes"]), ("alice", ["handbook"]), ("erin", ["lab-notes"])):
        found, _ = page(client_for(username), f"{FEED}?principal=frank&after={point}")
        assert [event["library"] for event in found] == libraries


def test_a_reader_who_administers_less_reads_less_from_then_on(client_for, admin_user, alice, acme, globex, lab_notes):
    add_member(organization=globex, user=alice, actor=OPERATOR)
    set_administrator(organization=globex, user=alice, administrator=True, actor=OPERATOR)
    client = client_for("alice")
    _, later = walk(client, FEED)
    set_administrator(organization=globex, user=alice, administrator=False, actor=OPERATOR)
    give(lab_notes, "frank", Level.EDITOR)
    assert page(client, later)[0] == []


def test_a_point_outlives_the_secret_key_that_signed_it(client_for, settings, handbook):
    client = client_for("alice")
    _, later = walk(client, FEED)
    give(handbook, "frank", Level.READER)
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert principals(page(client, later)[0]) == ["frank"]
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[]):
        assert client.get(later).status_code == 422


@pytest.mark.parametrize("after", ["x", "a:b", "%00", "%F0%9F%92%A5", "W10:x", "1", "x" * 5000])
def test_a_point_is_never_made_up(client_for, after):
    answer = client_for("alice").get(f"{FEED}?after={after}")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/after"]


def test_nor_taken_from_another_list(client_for):
    client = client_for("alice")
    link = client.get("/api/libraries/handbook/events?count=1").json()["_links"]["next"]["href"]
    answer = client.get(f"{FEED}?after={link.partition('after=')[2]}")
    assert answer.json()["errors"] == [{"pointer": "#/after", "detail": "Not a token from a link of the feed."}]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("action=share", "#/action"),
        ("principal=%00", "#/principal"),
        ("since=yesterday", "#/since"),
        ("until=2030-01-31T12:00:00", "#/until"),
        ("count=0", "#/count"),
        ("count=1001", "#/count"),
        ("start=0", "#/start"),
        ("before=x", "#/before"),
        ("kind=user", "#/kind"),
    ],
)
def test_a_bad_parameter_is_named(client_for, query, pointer):
    answer = client_for("alice").get(f"{FEED}?{query}")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_only_reads(client_for, method):
    answer = client_for("alice").send(method, FEED, {})
    assert answer.status_code == 405
    assert answer.json() == problem(405, f'Method "{method}" not allowed.', FEED)


@pytest.mark.django_db(transaction=True)
def test_a_tailing_client_loses_and_repeats_nothing_while_eight_write(client_for, alice, bob, acme):
    """Some write several events a transaction, some take back what they wrote; each in a library of its own."""
    client = client_for("alice")
    _, beginning = walk(client, FEED)
    before = set(Event.objects.values_list("pk", flat=True))
    finished = [Signal() for _ in range(WRITERS)]

    def write(number: int) -> None:
        try:
            for turn in range(ROUNDS):
                with transaction.atomic():
                    library = create_library(name=f"Library {number} {turn}", actor=alice)
                    give_as(alice, library, "bob", Level.READER)
                    if turn % 4 == number % 4:
                        transaction.set_rollback(True)
                        continue
                    with transaction.atomic():
                        give_as(alice, library, "everyone", Level.READER)
                        transaction.set_rollback(turn % 2 == 0)
                revoke_share(library=library, principal=named("bob"), actor=alice)
        finally:
            finished[number].set()

    def tail() -> list[str]:
        met, link, over = [], beginning.replace("count=50", "count=7"), False
        while True:
            over = all(signal.is_set() for signal in finished)
            found, link = page(client, link)
            met += [event["id"] for event in found]
            if over and not found:  # asked once more after the last of them had ended
                return met

    results = at_once([tail, *(partial(write, number) for number in range(WRITERS))])

    assert [result for result in results if isinstance(result, BaseException)] == []
    written = Event.objects.exclude(pk__in=before).order_by("position")
    assert len(results[0]) > WRITERS * ROUNDS * 2
    assert results[0] == [str(key) for key in written.values_list("pk", flat=True)]
