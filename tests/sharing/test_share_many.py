"""many.share_many"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from libraries.access.check import can
from libraries.errors import LibraryNotFound, ShareNotFound, SharesRefused, SharingError
from libraries.library_lifecycle import change_library
from libraries.models import Actor, Event, Library, Share, User
from libraries.principals import named, with_email, with_id
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing import grants
from libraries.sharing.bulk import Item, share_many
from libraries.sharing.rules import KEEP, Wanted
from libraries.sharing.share import revoke_share, share_library
from tests.factories import give, in_days, let_time_pass, level_of, make_user, picture_of_shares, undone
from tests.proofs import rounds


def item(principal: str, level: Level | None, **terms: Any) -> Item:
    return Item(named(principal), None if level is None else Wanted(level, **terms))


def many(actor: Actor, library: Library, *items: Item, **options: Any) -> list[tuple[int | None, int | None]]:
    """From which level to which each went."""
    changes = share_many(library=library, items=items, actor=actor, **options)
    return [(change.before and change.before.level, change.after and change.after.level) for change in changes]


def refusals(actor: Actor, library: Library, *items: Item) -> dict[int, str]:
    with pytest.raises(SharesRefused) as refused:
        many(actor, library, *items)
    return {index: error.code for index, error in refused.value.refusals.items()}


@pytest.fixture
def editors_share(alice, handbook):
    change_library(library=handbook, changes={"editors_can_share": True}, actor=alice)


def test_it_gives_changes_takes_away_and_leaves_alone(alice, bob, erin, handbook, new_events):
    before = Library.objects.get(pk=handbook.pk)

    done = many(
        alice,
        handbook,
        item("erin", Level.EDITOR, note="for the audit"),
        item("team:engineering", Level.READER),
        item("org:acme", None),
        item("everyone", Level.READER),
        item("team:interns", Level.NONE),
        item("frank", None),
        item("org:globex", Level.READER, expires_at=in_days(3)),
    )

    assert done == [(None, 2), (2, 1), (1, None), (None, 1), (0, 0), (None, None), (None, 1)]
    assert new_events() == [
        ("share.created", "erin", None, 2),
        ("share.changed", "team:engineering", 2, 1),
        ("share.revoked", "org:acme", 1, None),
        ("share.created", "everyone", None, 1),
        ("share.created", "org:globex", None, 1),
    ]
    after = Library.objects.get(pk=handbook.pk)
    assert (after.share_count, after.revision) == (before.share_count + 2, before.revision + 1)
    assert after.share_count == after.shares.count()
    assert (level_of(erin, handbook), level_of(bob, handbook)) == (Level.EDITOR, Level.READER)
    share = Share.objects.get(library=handbook, user=erin)
    assert (share.note, share.granted_by) == ("for the audit", alice)
    assert list(grants.discrepancies()) == []


def test_sent_again_it_changes_and_records_nothing_r11(alice, handbook, new_events):
    items = [
        item("erin", Level.EDITOR, expires_at=in_days(3), note="x"),
        item("bob", Level.READER),
        item("org:acme", None),
    ]
    many(alice, handbook, *items)
    before, events = picture_of_shares(), new_events()
    revision = Library.objects.get(pk=handbook.pk).revision

    assert many(alice, handbook, *items) == [(2, 2), (1, 1), (None, None)]
    assert (picture_of_shares(), new_events()) == (before, events)
    assert Library.objects.get(pk=handbook.pk).revision == revision


def test_one_refusal_refuses_all_and_each_has_its_place(alice, handbook, new_events):
    before = picture_of_shares()
    refused = refusals(
        alice,
        handbook,
        item("bob", Level.READER),
        item("nobody", Level.READER),
        item("alice", Level.EDITOR),
        item("team:engineering", Level.OWNER),
        item("erin", Level.READER, expires_at=in_days(-1)),
        item("frank", Level.READER, note="x" * 501),
        item("bob", None),
        item("team:research", Level.READER),
    )
    assert refused == {
        1: "unknown_principal",
        2: "own_share_fixed",
        3: "only_users_own",
        4: "expiry_refused",
        5: "invalid_text",
        6: "named_twice",
        7: "unknown_principal",
    }
    assert (picture_of_shares(), new_events()) == (before, [])
    assert many(alice, handbook, item("bob", Level.READER)) == [(None, 1)]


def test_a_dry_run_answers_the_same_and_changes_nothing(alice, handbook, new_events):
    items = [item("erin", Level.EDITOR), item("org:acme", None), item("team:interns", Level.NONE)]
    before, revision = picture_of_shares(), Library.objects.get(pk=handbook.pk).revision

    foretold = many(alice, handbook, *items, dry_run=True)

    assert (picture_of_shares(), new_events()) == (before, [])
    assert Library.objects.get(pk=handbook.pk).revision == revision
    assert many(alice, handbook, *items) == foretold
    assert refusals(alice, handbook, item("nobody", Level.READER)) == {0: "unknown_principal"}
    with pytest.raises(SharesRefused):
        many(alice, handbook, item("nobody", Level.READER), dry_run=True)


def test_nobody_is_named_twice_whatever_the_spelling(alice, bob, handbook):
    names = [named("bob"), with_email(Kind.USER, "BOB@acme.example"), with_id(Kind.USER, bob.pk)]
    items = [Item(name, Wanted(Level.READER)) for name in names]
    assert refusals(alice, handbook, *items) == {1: "named_twice", 2: "named_twice"}
    assert refusals(alice, handbook, item("nobody", None), item("nobody", None)) == {1: "named_twice"}
    for each in items:
        assert many(alice, handbook, each) in ([(None, 1)], [(1, 1)])


class TestWhoMay:
    def test_a_reader_may_not_and_an_owner_may_r4(self, alice, carol, bob, handbook):
        assert refusals(bob, handbook, item("frank", Level.READER), item("nobody", Level.READER)) == {
            0: "action_not_allowed",
            1: "action_not_allowed",
        }
        assert many(alice, handbook, item("frank", Level.READER)) == [(None, 1)]

    def test_one_who_is_shut_out_learns_nothing_r9(self, dave, erin, handbook):
        for stranger in (dave, erin):
            with pytest.raises(LibraryNotFound):
                many(stranger, handbook, item("nobody", Level.READER))

    def test_an_editor_gives_up_to_editor_where_editors_share_r5(self, alice, bob, handbook, editors_share):
        assert refusals(
            bob, handbook, item("frank", Level.OWNER), item("alice", Level.READER), item("alice", None)
        ) == {
            0: "level_above_own",
            1: "level_above_own",
            2: "named_twice",
        }
        assert refusals(bob, handbook, item("alice", None)) == {0: "level_above_own"}
        assert many(bob, handbook, item("frank", Level.EDITOR)) == [(None, 2)]

    def test_an_owners_own_share_is_fixed_and_another_owner_may_change_it_r6(self, alice, bob, handbook):
        give(handbook, "bob", Level.OWNER)
        assert refusals(alice, handbook, item("alice", None), item("bob", Level.READER)) == {0: "own_share_fixed"}
        assert many(alice, handbook, item("alice", Level.OWNER)) == [(3, 3)]
        assert many(bob, handbook, item("alice", None)) == [(3, None)]

    def test_anyone_may_give_up_their_own_and_nothing_else_r7(self, carol, bob, roadmap):
        assert refusals(carol, roadmap, item("carol", None), item("team:data-science", None)) == {
            1: "action_not_allowed"
        }
        assert many(carol, roadmap, item("carol", None)) == [(2, None)]
        assert level_of(carol, roadmap) == Level.READER

    def test_nobody_gives_for_longer_than_they_have_r3(self, alice, erin, handbook, editors_share):
        end = in_days(3)
        give(handbook, "erin", Level.EDITOR, expires_at=end)
        assert refusals(erin, handbook, item("frank", Level.READER, expires_at=in_days(4))) == {0: "expiry_refused"}
        many(erin, handbook, item("frank", Level.READER))
        assert Share.objects.get(library=handbook, user__username="frank").expires_at == end

    def test_what_one_may_do_is_what_they_might_before_the_first_change(self, bob, handbook, editors_share):
        """Giving up the right to share, in the middle, refuses nothing that comes after it."""
        done = many(bob, handbook, item("team:engineering", Level.READER), item("frank", Level.EDITOR))
        assert done == [(2, 1), (None, 2)]
        assert not can(bob, handbook, Action.SHARE)


class TestInside:
    @pytest.mark.parametrize("principal", ["alice", "org:acme", "everyone", "team:engineering", "nobody"])
    def test_one_outside_is_as_unknown_r8(self, erin, lab_notes, principal):
        assert refusals(erin, lab_notes, item(principal, Level.READER)) == {0: "unknown_principal"}
        assert many(erin, lab_notes, item(principal, None)) == [(None, None)]

    def test_one_who_left_keeps_or_loses_a_share_and_gains_nothing_r8(self, alice, frank, erin, lab_notes):
        give(lab_notes, "frank", Level.READER)
        User.objects.filter(pk=frank.pk).update(is_active=False)
        assert many(erin, lab_notes, item("frank", Level.READER)) == [(1, 1)]
        assert refusals(erin, lab_notes, item("frank", Level.EDITOR)) == {0: "unknown_principal"}
        assert many(erin, lab_notes, item("frank", Level.NONE)) == [(1, 0)]
        assert many(erin, lab_notes, item("frank", None)) == [(0, None)]
        assert refusals(erin, lab_notes, item("frank", Level.READER)) == {0: "unknown_principal"}


def test_each_is_judged_for_itself_where_all_want_the_same(alice, erin, handbook, lab_notes):
    readers = [item(principal, Level.READER) for principal in ("frank", "alice", "bob")]
    assert refusals(erin, lab_notes, *readers) == {1: "unknown_principal", 2: "unknown_principal"}
    owners = [item(principal, Level.OWNER) for principal in ("frank", "team:interns", "erin", "org:globex")]
    assert refusals(alice, handbook, *owners) == {1: "only_users_own", 3: "only_users_own"}


def test_a_share_that_is_over_is_renewed(alice, erin, handbook):
    give(handbook, "erin", Level.EDITOR, expires_at=in_days(1))
    let_time_pass(days=2)
    assert level_of(erin, handbook) == Level.NONE
    assert refusals(alice, handbook, item("erin", Level.EDITOR)) == {0: "expiry_refused"}
    assert many(alice, handbook, item("erin", Level.EDITOR, expires_at=None)) == [(2, 2)]
    assert level_of(erin, handbook) == Level.EDITOR
    assert list(grants.discrepancies()) == []


def test_events_say_what_else_changed_and_which_way_it_came_r11(alice, handbook):
    end = in_days(3)
    many(
        alice, handbook, item("erin", Level.EDITOR, expires_at=end, note="x"), item("org:acme", Level.READER, note="y")
    )
    second, first = Event.objects.order_by("-pk")[:2]
    assert (first.actor, first.actor_id, first.library_id, first.organization) == (
        "alice",
        alice.pk,
        handbook.pk,
        "acme",
    )
    assert first.details == {"expiresAt": [None, end.isoformat()], "note": ["", "x"]}
    assert (second.action, second.details) == ("share.changed", {"note": ["", "y"]})


@pytest.fixture
def crowd(acme):
    """Three hundred members of acme."""
    return [make_user(f"member-{number}", member_of=acme).username for number in range(300)]


def test_it_costs_the_same_for_three_and_for_three_hundred(alice, handbook, crowd):
    def cost(*items: Item) -> int:
        with transaction.atomic():
            with CaptureQueriesContext(connection) as captured:
                many(alice, handbook, *items)
            transaction.set_rollback(True)
        return len(captured)

    def mixed(names: list[str]) -> list[Item]:
        third = len(names) // 3
        give_to, change, take = names[:third], names[third : 2 * third], names[2 * third : 3 * third]
        return [
            *(item(name, Level.READER) for name in give_to),
            *(item(name, Level.EDITOR) for name in change),
            *(item(name, None) for name in take),
            *(item(principal, Level.READER) for principal in ("team:engineering", "team:data-science", "everyone")),
            item("org:acme", Level.EDITOR),
        ]

    many(alice, handbook, *(item(name, Level.READER) for name in crowd[1:3] + crowd[100:300]))
    assert cost(*mixed(crowd)) == cost(*mixed([crowd[0], crowd[1], crowd[2]])) <= 25


PRINCIPALS = [
    *("alice", "bob", "carol", "dave", "erin", "frank", "nobody"),
    *("team:engineering", "team:data-science", "team:interns", "team:research"),
    *("org:acme", "org:globex", "everyone"),
]
REACHING = {
    "alice": {"alice", "org:acme", "everyone"},
    "bob": {"bob", "team:engineering", "org:acme", "everyone"},
    "carol": {"carol", "team:engineering", "team:data-science", "org:acme", "everyone"},
    "erin": {"erin", "team:research", "org:globex", "everyone"},
    "admin": {"admin", "everyone"},
}
principals = st.sampled_from(PRINCIPALS)
ends = st.sampled_from([KEEP, None, -1, 2, 5])
notes = st.sampled_from([KEEP, "", "x", "x" * 501])
wishes = st.one_of(st.none(), st.tuples(st.sampled_from(Level), ends, notes))
START = in_days(0)


def moment(days: Any) -> Any:
    return START + timedelta(days=days) if isinstance(days, int) else days


@st.composite
def calls(draw: Any) -> tuple[str, list[Item]]:
    """An actor and what they want; of what reaches the actor one item at most, and that last, since one verb after
    another looks at what the actor may do each time anew."""
    actor = draw(st.sampled_from(sorted(REACHING)))
    wanted = draw(st.dictionaries(principals, wishes, min_size=1, max_size=8))
    far = [principal for principal in wanted if principal not in REACHING[actor]]
    near = [principal for principal in wanted if principal in REACHING[actor]]
    return actor, [_item(principal, wanted[principal]) for principal in far + near[:1]]


def _item(principal: str, wish: Any) -> Item:
    return item(principal, None) if wish is None else item(principal, wish[0], expires_at=moment(wish[1]), note=wish[2])


def one_after_another(actor: Actor, library: Library, items: list[Item]) -> dict[int, str]:
    """What the verbs on one share refuse, by place."""
    refused = {}
    for index, (principal, wanted) in enumerate(items):
        try:
            if wanted:
                share_library(library=library, principal=principal, actor=actor, **wanted._asdict())
            else:
                with suppress(ShareNotFound):
                    revoke_share(library=library, principal=principal, actor=actor)
        except SharingError as refusal:
            refused[index] = refusal.code
    return refused


@pytest.mark.usefixtures("world")
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=rounds(quick=30, proving=1000),
    phases=[Phase.explicit, Phase.generate],
)
@given(
    call=calls(),
    standing=st.dictionaries(principals, st.tuples(st.sampled_from(Level), st.sampled_from([None, 1, 4])), max_size=8),
    natural_id=st.sampled_from(["handbook", "lab-notes"]),
    days=st.sampled_from([0, 2]),
)
def test_many_are_as_one_after_another(call, standing, natural_id, days, new_events):
    username, items = call
    library, actor = Library.objects.get(natural_id=natural_id), User.objects.get(username=username)
    with transaction.atomic():
        Library.objects.update(editors_can_share=True)
        for principal, (level, end) in standing.items():
            with suppress(SharingError):
                give(library, principal, level, expires_at=moment(end))
        let_time_pass(days=days)
        earlier = len(new_events())

        refused, expected = undone(lambda: one_after_another(actor, library, items), new_events)
        if refused and "library_not_found" not in refused.values():
            assert refusals(actor, library, *items) == refused
        accepted = [each for index, each in enumerate(items) if index not in refused]
        _, found = undone(lambda: accepted and many(actor, library, *accepted), new_events)

        assert found == expected
        assert len(new_events()) == earlier
        transaction.set_rollback(True)
