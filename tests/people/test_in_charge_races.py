"""R14 where calls race: two who take each other's power always leave one; without the locks they leave none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection

from libraries.errors import (
    LastAdministrator,
    LastSuperuser,
    NotAdministrator,
    NotMember,
    NotSuperuser,
    UnknownPrincipal,
)
from libraries.models import OPERATOR, Organization, User
from libraries.people import accounts, administrators, in_charge, members
from libraries.people.accounts import change_account, delete_account
from libraries.people.administrators import set_administrator
from libraries.people.members import add_member, put_member, remove_member
from libraries.people.organizations import create_organization
from tests.at_once import at_once
from tests.factories import in_charge as administrators_of
from tests.factories import make_user
from tests.proofs import rounds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
ROUNDS = rounds(quick=3, proving=300)
REFUSALS = (LastAdministrator, LastSuperuser, NotAdministrator, NotMember, NotSuperuser, UnknownPrincipal)
needs_row_locks = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one writer in at a time, so these two never meet"
)
Way = Callable[[User, User, Organization], Any]
"""One of two ends the other's power, or their own; a pair of them is about both people."""


def demote(actor: User, other: User, home: Organization) -> Any:
    return set_administrator(organization=home, user=other, administrator=False, actor=actor)


def put(actor: User, other: User, home: Organization) -> Any:
    return put_member(organization=home, user=other, administrator=False, actor=actor)


def step_down(actor: User, other: User, home: Organization) -> Any:
    return set_administrator(organization=home, user=actor, administrator=False, actor=actor)


def remove(actor: User, other: User, home: Organization) -> Any:
    return remove_member(organization=home, user=other, actor=actor)


def leave(actor: User, other: User, home: Organization) -> Any:
    return remove_member(organization=home, user=actor, actor=actor)


def deactivate(actor: User, other: User, home: Organization) -> Any:
    return change_account(user=other, changes={"is_active": False}, actor=OPERATOR)


def delete(actor: User, other: User, home: Organization) -> Any:
    return delete_account(user=other, actor=OPERATOR)


ADMINISTRATORS: list[tuple[Way, Way]] = [
    *((way, way) for way in (demote, put, step_down, remove, leave, deactivate, delete)),
    (demote, remove),
    (deactivate, put),
    (delete, demote),
    (leave, step_down),
]


def dethrone(actor: User, other: User, home: Organization) -> Any:
    return change_account(user=other, changes={"is_superuser": False}, actor=actor)


def abdicate(actor: User, other: User, home: Organization) -> Any:
    return change_account(user=actor, changes={"is_superuser": False}, actor=actor)


def shut_out(actor: User, other: User, home: Organization) -> Any:
    return change_account(user=other, changes={"is_active": False}, actor=actor)


def erase(actor: User, other: User, home: Organization) -> Any:
    return delete_account(user=other, actor=actor)


SUPERUSERS: list[tuple[Way, Way]] = [
    *((way, way) for way in (dethrone, abdicate, shut_out, erase)),
    (dethrone, erase),
]


@pytest.fixture
def worlds(world: None) -> Iterator[Callable[[], tuple[User, User, Organization]]]:
    """Each time two more who are in charge of one more organization, which has a plain member beside them."""
    count = iter(range(1_000_000))

    def make() -> tuple[User, User, Organization]:
        number = next(count)
        home = create_organization(slug=f"home-{number}", name="Home", actor=OPERATOR)
        one, two, _ = (make_user(f"{name}-{number}", member_of=home) for name in ("one", "two", "three"))
        set_administrator(organization=home, user=two, administrator=True, actor=OPERATOR)
        return one, two, home

    yield make


def superusers() -> int:
    return User.objects.filter(is_superuser=True, is_active=True).count()


def crown(*users: User) -> None:
    """These and nobody else."""
    User.objects.exclude(pk__in=[user.pk for user in users]).update(is_superuser=False)
    for user in users:
        user.is_superuser = True
        user.save()


def race(pair: tuple[Way, Way], one: User, two: User, home: Organization) -> list[Any]:
    return at_once([partial(pair[0], one, two, home), partial(pair[1], two, one, home)])


def name(pair: tuple[Way, Way]) -> str:
    return "-".join(way.__name__ for way in pair)


@pytest.mark.parametrize("pair", ADMINISTRATORS, ids=name)
def test_two_administrators_leave_one(worlds, pair):
    for _ in range(ROUNDS):
        one, two, home = worlds()
        results = race(pair, one, two, home)
        assert len(administrators_of(home)) == 1
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1
        assert isinstance(refused[0], REFUSALS)


@pytest.mark.parametrize("pair", SUPERUSERS, ids=name)
def test_two_superusers_leave_one(worlds, pair):
    for _ in range(ROUNDS):
        one, two, home = worlds()
        remove_member(organization=home, user=one, actor=OPERATOR)
        remove_member(
            organization=home, user=User.objects.get(username=two.username.replace("two", "three")), actor=OPERATOR
        )
        remove_member(organization=home, user=two, actor=OPERATOR)
        crown(one, two)
        results = race(pair, one, two, home)
        assert superusers() == 1
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1
        assert isinstance(refused[0], REFUSALS)


def test_of_many_first_members_one_administers(world):
    for number in range(ROUNDS):
        home = create_organization(slug=f"new-{number}", name="New", actor=OPERATOR)
        users = [make_user(f"new-{number}-{each}") for each in range(6)]
        results = at_once([partial(add_member, organization=home, user=user, actor=OPERATOR) for user in users])
        assert results == [True] * 6
        assert len(administrators_of(home)) == 1


def test_deactivations_and_deletions_that_cross_wait_for_each_other_and_end(worlds):
    """Two people in the same two organizations, superusers both: every lock there is, in one order."""
    for _ in range(ROUNDS):
        one, two, home = worlds()
        _, _, other = worlds()
        for user in (one, two):
            put_member(organization=other, user=user, administrator=True, actor=OPERATOR)
        results = at_once(
            [
                partial(deactivate, one, two, home),
                partial(deactivate, two, one, home),
                partial(leave, one, two, other),
                partial(leave, two, one, other),
                partial(demote, one, two, other),
            ]
        )
        assert len(administrators_of(home)) == 1
        assert len(administrators_of(other)) >= 1
        for result in results:
            assert not isinstance(result, Exception) or isinstance(result, REFUSALS), result


@pytest.fixture
def unlocked(monkeypatch):
    """No locks, and the worst order for certain: both have asked whether they may before either does it."""
    both = Barrier(2)

    def asked_by_both(question: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any) -> Any:
            answer = question(*arguments)
            with suppress(BrokenBarrierError):
                both.wait(30)
            return answer

        return ask

    for module in (administrators, members):
        monkeypatch.setattr(module, "lock_organization", lambda organization: None)
    monkeypatch.setattr(members, "lock_with_principals", lambda *rows: [])
    monkeypatch.setattr(accounts, "lock_powers_of", lambda users: None)
    monkeypatch.setattr(in_charge, "_is_alone", asked_by_both(in_charge._is_alone))


@needs_row_locks
@pytest.mark.parametrize("pair", [(demote, demote), (step_down, step_down), (leave, leave)], ids=name)
def test_without_the_locks_two_administrators_leave_none(worlds, unlocked_later, pair):
    one, two, home = worlds()
    unlocked_later()
    assert [result for result in race(pair, one, two, home) if isinstance(result, Exception)] == []
    assert len(administrators_of(home)) == 0


@needs_row_locks
@pytest.mark.parametrize("pair", [(dethrone, dethrone), (abdicate, abdicate)], ids=name)
def test_without_the_locks_two_superusers_leave_none(worlds, unlocked_later, pair):
    one, two, home = worlds()
    crown(one, two)
    unlocked_later()
    assert [result for result in race(pair, one, two, home) if isinstance(result, Exception)] == []
    assert superusers() == 0


@pytest.fixture
def unlocked_later(request):
    """Once the world is made."""
    return lambda: request.getfixturevalue("unlocked")
