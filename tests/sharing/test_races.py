"""Calls that meet: whatever the order, the rules hold, and nobody gets an error that is not a refusal."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event as Signal

import pytest
from django.db import connection, transaction

from libraries.errors import ActionNotAllowed, NotMember, ShareNotFound, SharingError, TeamNotFound, UnknownPrincipal
from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Event, Library, Share, Team, User
from libraries.people import locks
from libraries.people.administrators import administers, set_administrator
from libraries.people.members import add_member, remove_member
from libraries.people.queries import is_member
from libraries.people.teams import add_team_member, create_team, delete_team
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing import grants
from libraries.sharing.share import revoke_share, transfer_library
from tests.at_once import at_once
from tests.factories import give, give_as, make_user

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10
needs_row_locks = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one writer in at a time, so these two never meet"
)


def owners_of(library):
    return sorted(library.shares.filter(level=Level.OWNER).values_list("user__username", flat=True))


def assert_all_is_well():
    """What no order of calls may break."""
    assert list(grants.discrepancies()) == []
    for library in Library.objects.select_related("organization"):
        assert owners_of(library) != []
        assert library.share_count == library.shares.count()
        if library.organization.sharing_scope == "organization":
            outside = library.shares.exclude(user=None).exclude(user__groups=library.organization.group_id)
            assert not outside.exists()


def refusals(results):
    return [result for result in results if isinstance(result, Exception)]


def test_two_owners_who_lower_each_other_leave_one_r6(bob, carol, roadmap):
    for _ in range(ROUNDS):
        (owner,) = owners_of(roadmap)
        give(roadmap, "carol" if owner == "bob" else "bob", Level.OWNER)

        results = at_once(
            [
                partial(give_as, bob, roadmap, "carol", Level.EDITOR),
                partial(give_as, carol, roadmap, "bob", Level.EDITOR),
            ]
        )

        assert len(owners_of(roadmap)) == 1
        assert [type(refusal) for refusal in refusals(results)] == [ActionNotAllowed]


def test_two_owners_who_remove_each_other_leave_one_r6(bob, carol, roadmap):
    for _ in range(ROUNDS):
        (owner,) = owners_of(roadmap)
        give(roadmap, "carol" if owner == "bob" else "bob", Level.OWNER)

        at_once(
            [
                partial(revoke_share, library=roadmap, principal=named("carol"), actor=bob),
                partial(revoke_share, library=roadmap, principal=named("bob"), actor=carol),
            ]
        )

        assert len(owners_of(roadmap)) == 1


def test_two_owners_who_hand_over_to_each_other_leave_one_at_least_r6(bob, carol, roadmap):
    for _ in range(ROUNDS):
        at_once(
            [
                partial(transfer_library, library=roadmap, to=named("carol"), actor=bob),
                partial(transfer_library, library=roadmap, to=named("bob"), actor=carol),
            ]
        )
        assert owners_of(roadmap) != []
    assert_all_is_well()


def test_twenty_who_share_with_one_principal_make_one_share_r11(alice, handbook):
    results = at_once([partial(give_as, alice, handbook, "erin", Level.READER)] * 20)

    assert refusals(results) == []
    assert sum(created for _, created in results) == 1
    assert Share.objects.filter(library=handbook, user__username="erin").count() == 1
    assert Event.objects.filter(action="share.created", library="handbook", principal="erin").count() == 1
    assert_all_is_well()


def test_giving_and_taking_at_once_end_in_one_or_the_other(alice, handbook):
    for _ in range(ROUNDS):
        give_as(alice, handbook, "erin", Level.READER)
        results = at_once(
            [
                partial(give_as, alice, handbook, "erin", Level.EDITOR),
                partial(revoke_share, library=handbook, principal=named("erin"), actor=alice),
                partial(give_as, alice, handbook, "erin", Level.NONE),
                partial(revoke_share, library=handbook, principal=named("erin"), actor=alice),
            ]
        )
        assert {type(refusal) for refusal in refusals(results)} <= {ShareNotFound}
        assert handbook.shares.filter(user__username="erin").count() <= 1
    assert_all_is_well()


class TestLeaving:
    """R12, with R8."""

    def test_no_share_is_left_for_one_who_leaves_while_it_is_made_r12_r8(self, erin, frank, globex, lab_notes):
        for _ in range(ROUNDS):
            add_member(organization=globex, user=frank, actor=OPERATOR)
            at_once(
                [
                    partial(give_as, erin, lab_notes, "frank", Level.READER),
                    partial(remove_member, organization=globex, user=frank, actor=OPERATOR),
                ]
            )
            assert not Share.objects.filter(user=frank).exists()
        assert_all_is_well()

    @needs_row_locks
    def test_nor_for_one_whom_it_reaches_between_the_look_and_the_lock_r12_r8(
        self, erin, frank, globex, lab_notes, monkeypatch
    ):
        shared, looked = Signal(), Signal()
        lock = locks._lock

        def lock_and_tell(rows):
            if rows.model is User:
                looked.set()
            return lock(rows)

        def share_slowly():
            with transaction.atomic():
                give_as(erin, lab_notes, "frank", Level.READER)
                shared.set()
                assert looked.wait(30)

        def leave():
            assert shared.wait(30)
            remove_member(organization=globex, user=frank, actor=OPERATOR)

        monkeypatch.setattr(locks, "_lock", lock_and_tell)
        assert refusals(at_once([share_slowly, leave])) == []
        assert not Share.objects.filter(user=frank).exists()
        assert_all_is_well()

    def test_none_who_leaves_becomes_the_owner_of_something_new_r12(self, frank, erin, globex):
        for number in range(ROUNDS):
            add_member(organization=globex, user=frank, actor=OPERATOR)
            results = at_once(
                [
                    partial(create_library, name=f"New {number}", actor=frank),
                    partial(remove_member, organization=globex, user=frank, successor=erin, actor=OPERATOR),
                ]
            )
            assert {type(refusal).__name__ for refusal in refusals(results)} <= {"UnknownOrganization"}
            assert not Share.objects.filter(user=frank).exists()
        assert_all_is_well()

    def test_two_who_succeed_each_other_never_both_leave_r12(self, bob, carol, acme, roadmap):
        for _ in range(ROUNDS):
            for user in (bob, carol):
                add_member(organization=acme, user=user, actor=OPERATOR)
            results = at_once(
                [
                    partial(remove_member, organization=acme, user=bob, successor=carol, actor=OPERATOR),
                    partial(remove_member, organization=acme, user=carol, successor=bob, actor=OPERATOR),
                ]
            )
            assert [type(refusal) for refusal in refusals(results)] == [UnknownPrincipal]
            (owner,) = roadmap.shares.select_related("user").filter(level=Level.OWNER)
            assert is_member(owner.user, acme)
            assert Share.objects.filter(user__in=[bob, carol]).exclude(user=owner.user).count() == 0

    def test_nobody_administers_what_they_left_r12_r10(self, frank, globex):
        for _ in range(ROUNDS):
            add_member(organization=globex, user=frank, actor=OPERATOR)
            at_once(
                [
                    partial(set_administrator, organization=globex, user=frank, administrator=True, actor=OPERATOR),
                    partial(remove_member, organization=globex, user=frank, actor=OPERATOR),
                ]
            )
            assert not administers(frank, globex)

    def test_nobody_is_in_a_team_of_what_they_left_r12(self, frank, globex):
        team = Team.objects.get(slug="research")
        for _ in range(ROUNDS):
            add_member(organization=globex, user=frank, actor=OPERATOR)
            at_once(
                [
                    partial(add_team_member, team=team, user=frank, actor=OPERATOR),
                    partial(remove_member, organization=globex, user=frank, actor=OPERATOR),
                ]
            )
            assert not frank.groups.exists()


class TestTeams:
    def test_none_is_dissolved_and_keeps_a_share(self, alice, acme, handbook):
        for number in range(ROUNDS):
            team = create_team(organization=acme, slug=f"team-{number}", name="x", actor=alice)
            results = at_once(
                [
                    partial(give_as, alice, handbook, f"team:team-{number}", Level.READER),
                    partial(delete_team, team=team, actor=alice),
                ]
            )
            assert {type(refusal) for refusal in refusals(results)} <= {UnknownPrincipal}
            assert not Team.objects.filter(pk=team.pk).exists()
        assert_all_is_well()

    @needs_row_locks
    def test_none_keeps_a_share_made_between_the_look_and_the_lock(self, alice, engineering, roadmap, monkeypatch):
        shared, looked = Signal(), Signal()
        lock = locks._lock

        def lock_and_tell(rows):
            if rows.model is Team:
                looked.set()
            return lock(rows)

        def share_slowly():
            with transaction.atomic():
                give_as(alice, roadmap, "team:engineering", Level.READER)
                shared.set()
                assert looked.wait(30)

        def dissolve():
            assert shared.wait(30)
            delete_team(team=engineering, actor=alice)

        monkeypatch.setattr(locks, "_lock", lock_and_tell)
        assert refusals(at_once([share_slowly, dissolve])) == []
        assert not Team.objects.filter(slug="engineering").exists()
        assert_all_is_well()

    def test_one_dissolved_twice_is_dissolved_once_r11(self, alice, engineering):
        results = at_once([partial(delete_team, team=Team.objects.get(pk=engineering.pk), actor=alice) for _ in "12"])
        assert [type(refusal) for refusal in refusals(results)] == [TeamNotFound]
        assert Event.objects.filter(action="team.deleted").count() == 1

    def test_nobody_joins_one_that_is_gone(self, alice, acme, dave):
        for number in range(ROUNDS):
            team = create_team(organization=acme, slug=f"team-{number}", name="x", actor=alice)
            results = at_once(
                [
                    partial(add_team_member, team=team, user=dave, actor=alice),
                    partial(delete_team, team=Team.objects.get(pk=team.pk), actor=alice),
                ]
            )
            assert {type(refusal) for refusal in refusals(results)} <= {TeamNotFound}


@pytest.mark.parametrize("administrator", [True, False])
def test_a_power_given_or_taken_by_many_changes_once_r11(alice, bob, acme, administrator):
    set_administrator(organization=acme, user=bob, administrator=not administrator, actor=alice)
    before = Event.objects.count()
    calls = [partial(set_administrator, organization=acme, user=bob, administrator=administrator, actor=alice)] * 8
    assert sorted(at_once(calls)) == [False] * 7 + [True]
    assert Event.objects.count() == before + 1


def test_a_member_taken_in_by_many_joins_once_and_leaves_once_r11(alice, erin, acme):
    assert sorted(at_once([partial(add_member, organization=acme, user=erin, actor=OPERATOR)] * 8)) == [False] * 7 + [
        True
    ]
    results = at_once([partial(remove_member, organization=acme, user=erin, actor=alice)] * 8)
    assert [type(refusal) for refusal in refusals(results)] == [NotMember] * 7
    events = Event.objects.filter(principal="erin", organization="acme")
    assert sorted(events.values_list("action", flat=True)) == ["member.added", "member.removed"]


def test_a_storm_of_everything_breaks_nothing(alice, acme, globex, admin_user):
    """Six threads, each a fixed but different sequence of verbs on the same few rows: no deadlock, no other error."""
    people = ["bob", "carol", "dave", "erin"]
    for username in people:
        if not is_member(User.objects.get(username=username), globex):
            add_member(organization=globex, user=User.objects.get(username=username), actor=OPERATOR)
    libraries = [
        create_library(name=f"Storm {n}", organization="globex", actor=User.objects.get(username="erin"))
        for n in range(3)
    ]

    def act(chance: random.Random) -> None:
        user, other = (User.objects.get(username=name) for name in chance.sample(people, 2))
        library = chance.choice(libraries)
        owner = User.objects.filter(shares__library=library, shares__level=Level.OWNER).first() or OPERATOR
        verbs: list[Callable[[], object]] = [
            partial(give_as, owner, library, user.username, chance.choice(list(Level))),
            partial(revoke_share, library=library, principal=named(user.username), actor=owner),
            partial(transfer_library, library=library, to=named(user.username), actor=admin_user),
            partial(remove_member, organization=globex, user=user, successor=other, actor=OPERATOR),
            partial(add_member, organization=globex, user=user, actor=OPERATOR),
            partial(add_member, organization=globex, user=other, actor=OPERATOR),
        ]
        with suppress(SharingError):
            chance.choice(verbs)()

    def gust(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(15):
            act(chance)

    assert refusals(at_once([partial(gust, seed) for seed in range(6)])) == []
    assert_all_is_well()


def test_newcomers_are_shared_with_from_all_sides(alice, acme, handbook, press_kit):
    """Two libraries, two newcomers, opposite orders: each call locks one library and one principal, so none waits in a ring."""
    for username in ("gina", "hugo"):
        make_user(username, member_of=acme)
    results = at_once(
        [
            partial(give_as, alice, library, username, Level.READER)
            for library, username in [
                (handbook, "gina"),
                (press_kit, "hugo"),
                (press_kit, "gina"),
                (handbook, "hugo"),
            ]
        ]
    )
    assert refusals(results) == []
    assert_all_is_well()
