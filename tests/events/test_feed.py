"""Events in an order that a reader goes through once: nothing is ever added behind them (R11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import Q

from libraries.db.in_migrations import new_uuid
from libraries.errors import NotAdministrator
from libraries.events.feed import all_events_after, events_after, events_for, events_of, matching, position_of
from libraries.events.record import EventAction, record
from libraries.library_lifecycle import delete_library
from libraries.models import OPERATOR, Event, User
from libraries.people.administrators import set_administrator
from libraries.people.members import add_member
from libraries.rules.levels import Level
from tests.factories import give, give_as, in_days

only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one writer in at a time, so none overtakes another"
)
EVERYTHING = Q()


def write(name: str) -> None:
    """An event that is told from others by its principal."""
    record(EventAction.USER_CREATED, actor=OPERATOR, principal=name)


def names(events: Any) -> list[str]:
    return [event.principal for event in events]


@pytest.fixture
def start(world) -> int:
    """The point behind everything that is there before the test."""
    return Event.objects.horizon()


@pytest.fixture
def unread(start) -> Callable[[], list[str]]:
    """What a reader finds who comes back again and again."""
    reader = {"at": start}

    def read() -> list[str]:
        stretch = events_after(Event.objects.all(), EVERYTHING, after=reader["at"], count=50)
        reader["at"] = stretch.end
        return names(stretch.events)

    return read


@contextmanager
def open_transaction(work: Callable[[], Any]) -> Iterator[None]:
    """Another connection does the work, and commits only when the block ends."""
    done, finish = Signal(), Signal()

    def run() -> None:
        try:
            with transaction.atomic():
                try:
                    work()
                finally:
                    done.set()
                finish.wait(30)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    assert done.wait(30)
    try:
        yield
    finally:
        finish.set()
        thread.join(30)


class TestOrder:
    def test_every_insert_gets_the_next_position(self, start):
        write("one")
        Event.objects.bulk_create(Event(action="x", via="x", principal=name) for name in ("two", "three"))
        found = Event.objects.filter(position__gt=start).order_by("position")
        assert names(found) == ["one", "two", "three"]
        assert len(set(found.values_list("position", flat=True))) == 3

    def test_an_insert_is_one_statement(self, world, django_assert_num_queries):
        with django_assert_num_queries(1):
            write("one")
        with django_assert_num_queries(1):
            Event.objects.bulk_create([Event(action="x", via="x") for _ in range(50)])

    @only_postgresql
    def test_so_does_every_row_that_is_copied_in(self, start):
        with connection.cursor() as cursor:
            columns = "id, at, action, actor, via, request_id, organization, library, principal, details"
            with cursor.copy(f"COPY libraries_event ({columns}) FROM STDIN") as copy:
                for name in ("one", "two"):
                    copy.write_row((new_uuid(), in_days(0), "x", "", "x", "", "", "", name, "{}"))
        assert names(all_events_after(Event.objects.all(), EVERYTHING, after=start)) == ["one", "two"]

    @pytest.mark.django_db(transaction=True)
    def test_rows_that_bring_their_positions_along_are_followed_by_higher_ones(self, start, unread):
        """As they do from another database."""
        theirs = start + 10**9
        Event.objects.create(action="x", via="x", position=theirs, principal="restored")
        assert unread() == ["restored"]
        write("new")
        assert unread() == ["new"]
        assert Event.objects.get(principal="new").position == theirs + 1

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE libraries_event SET actor = 'mallory'",
            "DELETE FROM libraries_event",
            "DELETE FROM libraries_event WHERE position = (SELECT min(position) FROM libraries_event)",
        ],
    )
    def test_no_statement_changes_or_deletes_one(self, world, change):
        before = list(Event.objects.order_by("pk").values())
        with pytest.raises(IntegrityError, match="Events are never changed"), transaction.atomic():
            connection.cursor().execute(change)
        assert list(Event.objects.order_by("pk").values()) == before

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no REPLACE")
    @pytest.mark.parametrize("kept", ["id", "position"])
    def test_none_is_put_in_the_place_of_another(self, world, kept):
        columns = [str(field.column) for field in Event._meta.fields]
        others = {"id": "'0198'", "position": "position + 1000000"}
        values = [others[name] if name in others and name != kept else name for name in columns]
        values[columns.index("actor")] = "'mallory'"
        before = list(Event.objects.order_by("pk").values())
        names, chosen = ", ".join(columns), ", ".join(values)
        with pytest.raises(IntegrityError, match="Events are never changed"), transaction.atomic():
            connection.cursor().execute(
                f"INSERT OR REPLACE INTO libraries_event ({names}) SELECT {chosen} FROM libraries_event LIMIT 1"
            )
        assert list(Event.objects.order_by("pk").values()) == before


class TestFlush:
    def test_it_empties_the_database_and_guards_it_again(self, empty_database):
        Event.objects.create(action="x", via="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute("DELETE FROM libraries_event")
        assert Event.objects.count() == 1

        call_command("flush", interactive=False, verbosity=0)

        assert Event.objects.count() == 0
        Event.objects.create(action="x", via="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute("DELETE FROM libraries_event")


@pytest.mark.django_db(transaction=True)
class TestWritersThatMeet:
    @only_postgresql
    def test_what_is_committed_late_is_not_missed(self, unread):
        with open_transaction(partial(write, "early, but slow")):
            write("late, but quick")
            assert unread() == []
        write("afterwards")
        assert unread() == ["early, but slow", "late, but quick", "afterwards"]
        assert unread() == []

    @only_postgresql
    def test_what_was_written_before_a_slow_writer_came_is_there_at_once(self, unread):
        write("before")
        with open_transaction(partial(write, "slow")):
            write("after")
            assert unread() == ["before"]
        assert unread() == ["slow", "after"]

    @only_postgresql
    def test_what_is_rolled_back_holds_nobody_back_afterwards(self, unread):
        def fail() -> None:
            write("never")
            transaction.set_rollback(True)

        with open_transaction(fail):
            write("ours")
            assert unread() == []
        assert unread() == ["ours"]

    @only_postgresql
    def test_a_savepoint_that_is_rolled_back_takes_no_announcement_along(self, unread):
        def stumble() -> None:
            with transaction.atomic():
                write("never")
                transaction.set_rollback(True)
            write("slow")

        with open_transaction(stumble):
            write("quick")
            assert unread() == []
        assert unread() == ["slow", "quick"]

    @only_postgresql
    def test_a_savepoint_that_is_kept_keeps_its_announcement(self, unread):
        def write_inside() -> None:
            with transaction.atomic():
                write("slow")

        with open_transaction(write_inside):
            write("quick")
            assert unread() == []
        assert unread() == ["slow", "quick"]

    @only_postgresql
    def test_locks_and_transactions_that_are_not_about_events_hold_nothing_back(self, unread):
        def lock_something_else() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(0), pg_advisory_xact_lock(21320 << 16, 0)")
                cursor.execute("SELECT pg_current_xact_id()")

        with open_transaction(lock_something_else):
            write("ours")
            assert unread() == ["ours"]

    @only_postgresql
    def test_a_transaction_takes_one_lock_however_much_it_writes(self, world):
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        with connection.cursor() as cursor:
            for _ in range(2):
                with transaction.atomic():
                    for number in range(20):
                        write(str(number))
                    cursor.execute(locks)
                    assert cursor.fetchone() == (1,)
                cursor.execute(locks)
                assert cursor.fetchone() == (0,)

    def test_one_sees_what_one_has_written_oneself(self, unread):
        with transaction.atomic():
            write("mine")
            assert unread() == ["mine"]


class TestReadingOn:
    @pytest.fixture
    def ten(self, start) -> list[str]:
        for number in range(10):
            write(f"guest{number}")
        return [f"guest{number}" for number in range(10)]

    @pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 11])
    def test_it_meets_everything_once_in_order(self, start, ten, count):
        met, point = [], start
        for _ in range(12):
            stretch = events_after(Event.objects.all(), EVERYTHING, after=point, count=count)
            met += names(stretch.events)
            point = stretch.end
        assert met == ten

    def test_it_goes_past_what_a_filter_leaves_out_so_that_nobody_looks_at_it_again(self, start, ten):
        stretch = events_after(Event.objects.all(), matching(principal="guest3"), after=start, count=5)
        assert names(stretch.events) == ["guest3"]
        assert stretch.end == Event.objects.horizon()

    def test_it_never_goes_back(self, start, ten):
        assert events_after(Event.objects.none(), EVERYTHING, after=start + 5, count=5).end == start + 5

    def test_a_point_is_found_by_the_last_event_that_one_has(self, start, ten):
        third = Event.objects.get(principal="guest2")
        point = position_of(third.pk)
        assert point == third.position
        assert names(all_events_after(Event.objects.all(), EVERYTHING, after=point)) == ten[3:]
        assert position_of(new_uuid()) is None

    def test_all_of_it_is_read_a_few_at_a_time(self, start, ten, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr("libraries.events.feed.CHUNK", 4)
        with django_assert_num_queries(5):  # the horizon, two full chunks, a third, and none
            assert names(all_events_after(Event.objects.all(), EVERYTHING, after=start)) == ten

    @pytest.mark.parametrize("rows", [3, 300])
    def test_a_stretch_is_two_queries(self, world, rows, django_assert_num_queries):
        Event.objects.bulk_create(Event(action="x", via="x", principal="many") for _ in range(rows))
        with django_assert_num_queries(2):
            assert len(events_after(Event.objects.all(), matching(principal="many"), count=1000).events) == rows


class TestWhoMayRead:
    def test_administrators_read_their_organizations(self, alice, erin, acme, globex):
        for administrator, organization in ((alice, acme), (erin, globex)):
            found = events_for(administrator)
            assert set(found.values_list("organization", flat=True)) == {organization.slug}
            assert found.count() == Event.objects.filter(organization_id=organization.pk).count()

    def test_who_administers_two_reads_both(self, alice, globex):
        add_member(organization=globex, user=alice, actor=OPERATOR)
        assert set(events_for(alice).values_list("organization", flat=True)) == {"acme"}
        set_administrator(organization=globex, user=alice, administrator=True, actor=OPERATOR)
        assert set(events_for(alice).values_list("organization", flat=True)) == {"acme", "globex"}

    @pytest.mark.parametrize("username", ["bob", "carol", "dave", "frank"])
    def test_others_read_nothing_until_they_administer(self, username, acme, world):
        user = User.objects.get(username=username)
        with pytest.raises(NotAdministrator, match="Only administrators of an organization may do that."):
            events_for(user)
        if username != "frank":
            set_administrator(organization=acme, user=user, administrator=True, actor=OPERATOR)
            assert events_for(user).exists()

    @pytest.mark.parametrize("username", ["alice", "admin"])
    def test_nor_do_the_inactive(self, username, world):
        user = User.objects.get(username=username)
        assert events_for(user).exists()
        user.is_active = False
        with pytest.raises(NotAdministrator):
            events_for(user)

    def test_superusers_and_the_operator_read_all(self, admin_user):
        write("of no organization")
        for reader in (admin_user, OPERATOR):
            assert set(events_for(reader)) == set(Event.objects.all())

    def test_what_happened_to_a_library_outlives_it(self, alice, handbook):
        before = set(events_of(handbook))
        assert before
        delete_library(library=handbook, actor=alice)
        told = events_for(alice).filter(matching(library=str(handbook.pk)))
        assert before < set(told)
        assert set(told) == set(events_for(alice).filter(matching(library="handbook")))


class TestFilters:
    @pytest.fixture(autouse=True)
    def shared(self, alice, bob, handbook, roadmap):
        give_as(alice, handbook, "frank", Level.READER)
        give_as(bob, roadmap, "frank", Level.EDITOR)

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"principal": "frank"}, ["handbook", "roadmap"]),
            ({"principal": "frank", "actor": "bob"}, ["roadmap"]),
            ({"principal": "frank", "actor": "Bob"}, []),
            ({"principal": "team:interns"}, ["handbook"]),
            ({"principal": "interns"}, []),
            ({"action": "library.created", "actor": "alice"}, ["handbook", "press-kit"]),
            ({"action": "library.created", "organization": "globex"}, ["lab-notes"]),
            ({"action": "library.created", "library": "roadmap"}, ["roadmap"]),
            ({"action": "library.deleted"}, []),
        ],
    )
    def test_what_is_given_must_all_be_met(self, wanted, found):
        events = Event.objects.filter(matching(**wanted), library__gt="").order_by("position")
        if wanted.get("principal") == "frank":
            events = events.filter(action="share.created")
        assert [event.library for event in events] == found

    def test_a_library_has_two_names_here(self, handbook):
        by_name, by_id, other = (matching(library=name) for name in ("handbook", str(handbook.pk), str(new_uuid())))
        assert set(Event.objects.filter(by_name)) == set(Event.objects.filter(by_id)) == set(events_of(handbook))
        assert not Event.objects.filter(other).exists()

    def test_times_include_their_beginning_and_not_their_end(self, handbook):
        give(handbook, "erin", Level.READER)
        event = Event.objects.latest("position")
        assert event in Event.objects.filter(matching(since=event.at))
        assert event not in Event.objects.filter(matching(until=event.at))
        assert event in Event.objects.filter(matching(until=in_days(1)))
        assert not Event.objects.filter(matching(since=in_days(1))).exists()

    def test_without_any_all_are_meant(self):
        assert Event.objects.filter(matching()).count() == Event.objects.count()
