"""The races that matter most, as callers run them: none ends wrong and nobody gets an error of the server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from libraries.models import OPERATOR, Event, Library, Organization, Share, User
from libraries.people.administrators import set_administrator
from libraries.people.members import add_member
from libraries.people.queries import is_member
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing import grants
from libraries.sharing.share import revoke_share, transfer_library
from tests.at_once import at_once
from tests.factories import give, in_charge
from tests.figures import ROUNDS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.figure]
SEEN_WITHIN = 200
"""Rounds in which a race without locks must go wrong once. Nearly every one does."""


@dataclass(frozen=True)
class Race:
    prepare: Callable[[], object]
    calls: Sequence[Callable[[], Any]]
    is_wrong: Callable[[], bool]

    def run(self) -> tuple[set[int], bool]:
        """The statuses, and whether it ended wrong."""
        self.prepare()
        statuses = {answer.status_code for answer in at_once(self.calls)}
        return statuses, self.is_wrong()


def take(library: Library, username: str) -> None:
    if library.shares.filter(user__username=username).exists():
        revoke_share(library=library, principal=named(username), actor=OPERATOR)


def owners(library: Library) -> int:
    return library.shares.filter(level=Level.OWNER).count()


def last_owner(client_for: Any) -> Race:
    """R6: two owners lower each other."""
    roadmap = Library.objects.get(natural_id="roadmap")

    def both_own() -> None:
        for username in ("bob", "carol"):
            give(roadmap, username, Level.OWNER)  # by whichever of them is left

    path = "/api/libraries/roadmap/shares"
    return Race(
        both_own,
        [
            partial(client_for("bob").put, f"{path}/carol", {"accessLevel": 2}),
            partial(client_for("carol").put, f"{path}/bob", {"accessLevel": 2}),
        ],
        lambda: owners(roadmap) != 1,
    )


def double_grant(client_for: Any) -> Race:
    """Two share with one principal: one share, one event that it was made."""
    handbook = Library.objects.get(natural_id="handbook")
    made = Event.objects.filter(action="share.created", library="handbook", principal="erin")
    count = [0]

    def nobody_has_it() -> None:
        take(handbook, "erin")
        count[0] = made.count()

    call = partial(client_for("alice").put, "/api/libraries/handbook/shares/erin", {"accessLevel": 1})
    return Race(
        nobody_has_it,
        [call, call],
        lambda: handbook.shares.filter(user__username="erin").count() != 1 or made.count() != count[0] + 1,
    )


def transfer_against_revoke(client_for: Any) -> Race:
    """R6: the owner hands over to one whose share is taken away."""
    roadmap = Library.objects.get(natural_id="roadmap")

    def bob_owns() -> None:
        transfer_library(library=roadmap, to=named("bob"), actor=OPERATOR)
        give(roadmap, "carol", Level.EDITOR)

    client = client_for("bob")
    return Race(
        bob_owns,
        [
            partial(client.put, "/api/libraries/roadmap/owner", {"username": "carol"}),
            partial(client.delete, "/api/libraries/roadmap/shares/carol"),
        ],
        lambda: owners(roadmap) != 1,
    )


def offboard_against_share(client_for: Any) -> Race:
    """R12: somebody leaves while something is shared with them."""
    frank = User.objects.get(username="frank")
    globex = Organization.objects.get(slug="globex")

    def frank_is_in() -> None:
        if not is_member(frank, globex):
            add_member(organization=globex, user=frank, actor=OPERATOR)

    return Race(
        frank_is_in,
        [
            partial(client_for("erin").put, "/api/libraries/lab-notes/shares/frank", {"accessLevel": 1}),
            partial(client_for("admin").delete, "/api/organizations/globex/members/frank"),
        ],
        lambda: Share.objects.filter(user=frank).exists() or is_member(frank, globex),
    )


def two_demotions(client_for: Any) -> Race:
    """R14: two administrators take each other's power."""
    acme = Organization.objects.get(slug="acme")
    people = [User.objects.get(username=username) for username in ("alice", "bob")]

    def both_administer() -> None:
        for user in people:
            set_administrator(organization=acme, user=user, administrator=True, actor=OPERATOR)

    path = "/api/organizations/acme/members"
    return Race(
        both_administer,
        [
            partial(client_for("alice").put, f"{path}/bob", {"administrator": False}),
            partial(client_for("bob").put, f"{path}/alice", {"administrator": False}),
        ],
        lambda: len(in_charge(acme)) != 1,
    )


RACES = [last_owner, double_grant, transfer_against_revoke, offboard_against_share, two_demotions]
each_race = pytest.mark.parametrize("make", RACES, ids=lambda make: str(make.__name__))


@each_race
def test_none_ends_wrong(world, client_for, figure, make):
    race = make(client_for)
    ends = [race.run() for _ in range(ROUNDS)]
    wrong = sum(is_wrong for _, is_wrong in ends)
    answered = set().union(*(statuses for statuses, _ in ends))
    figure(f"{wrong} of {ROUNDS} wrong; answered {', '.join(map(str, sorted(answered)))}")
    assert wrong == 0
    assert max(answered) < 500
    assert list(grants.discrepancies()) == []
    for library in Library.objects.all():
        assert library.share_count == library.shares.count()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time, locked rows or not")
@each_race
def test_without_locks_it_is_seen_to_end_wrong(world, client_for, figure, make, monkeypatch):
    """What shows that the one above would see it. A status of 500 counts: a constraint was the last to notice."""
    race = make(client_for)
    race.prepare()
    for call in race.calls:
        call.func.__self__.client.raise_request_exception = False
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **options: rows.all())
    for number in range(1, SEEN_WITHIN + 1):
        statuses, is_wrong = race.run()
        if is_wrong or max(statuses) >= 500:
            figure(f"wrong in round {number} without locks")
            return
    pytest.fail(f"{SEEN_WITHIN} rounds without locks, and none was seen to end wrong")
