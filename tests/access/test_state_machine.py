"""Any sequence of changes: the book, the check, many checks at once, Django's has_perm, the lists, who-can and explain
never disagree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from libraries.access.check import allowed_actions
from libraries.access.explain import explain
from libraries.access.lists import levels_on, who_can, who_can_by_page
from libraries.access.pairs import access_of_pairs
from libraries.access.searches import subjects_for
from libraries.errors import SharingError
from libraries.library_lifecycle import change_library, create_library
from libraries.models import OPERATOR, Event, Library, Organization, SharingScope, User
from libraries.people import administrators, members, organizations, teams
from libraries.principals import Principal, named
from libraries.rules.levels import Action, Kind, Level
from libraries.sharing import grants
from libraries.sharing.rules import KEEP as KEEP_END
from libraries.sharing.share import revoke_share, share_library, transfer_library
from tests.factories import let_time_pass, make_user
from tests.proofs import rounds
from tests.rules.by_the_book import KEEP, Book, Row, kind_of

PEOPLE = ["ann", "ben", "cat", "dan", "sue"]
"""Ann makes the library and is a member of acme, as are ben and cat; dan is of zeta, sue is a superuser."""
PRINCIPALS = [*PEOPLE, "team:red", "team:blue", "org:acme", "org:zeta", "everyone"]
people = st.sampled_from(PEOPLE)
actors = st.sampled_from(["ann", *PEOPLE])
insiders = st.sampled_from(["ann", "ben", "cat"])
principals = st.sampled_from(PRINCIPALS)
ends = st.sampled_from([KEEP, None, 1, 2, 3])


class Sharing(RuleBasedStateMachine):
    """Each step is tried on the service and looked up in the book; what the one refuses the other must, alike."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.start = timezone.now()
        self.steps, self.asked_about = 0, ""
        self.acme, zeta = (
            organizations.create_organization(slug=slug, name=slug, actor=OPERATOR) for slug in ("acme", "zeta")
        )
        self.users = {name: make_user(name, member_of=self.acme) for name in ("ann", "ben", "cat")}
        self.users["dan"] = make_user("dan", member_of=zeta)
        self.users["sue"] = make_user("sue", is_superuser=True)
        self.teams = {
            f"team:{slug}": teams.create_team(organization=self.acme, slug=slug, name=slug, actor=OPERATOR)
            for slug in ("red", "blue")
        }
        self.groups = {name: Principal(Kind.TEAM, team) for name, team in self.teams.items()}
        self.groups["org:acme"] = Principal(Kind.ORGANIZATION, self.acme)
        self.library = create_library(name="atlas", actor=self.users["ann"])
        self.book = Book(
            shares={"ann": Row(Level.OWNER)},
            members={"org:acme": {"ann", "ben", "cat"}, "org:zeta": {"dan"}, "team:red": set(), "team:blue": set()},
            superusers={"sue"},
            administrators={"ann"},
            admits_anyone=False,
        )

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def moment(self, day: int) -> datetime:
        return self.start + timedelta(days=day - self.book.today)

    @contextmanager
    def expecting(self, refusal: str | None, *, change: bool) -> Iterator[None]:
        """The service refuses for this reason or not at all, and records an event exactly if something changes."""
        before, said = Event.objects.count(), None
        try:
            yield
        except SharingError as error:
            said = error.code
        assert said == refusal
        assert (Event.objects.count() > before) == (change and refusal is None)

    # What people do.

    @rule(actor=actors, principal=principals, level=st.sampled_from(Level), end=ends)
    def share(self, actor: str, principal: str, level: Level, end: Any) -> None:
        refusal, row = self._book_a_share(actor, principal, level, end)
        wanted = KEEP_END if end == KEEP else end and self.moment(self.book.today + end)
        with self.expecting(refusal, change=self.book.shares.get(principal) != row):
            share_library(
                library=self.library,
                principal=named(principal),
                level=level,
                expires_at=wanted,
                actor=self.users[actor],
            )
        if refusal is None:
            self.book.shares[principal] = row

    def _book_a_share(self, actor: str, principal: str, level: Level, end: Any) -> tuple[str | None, Row]:
        book, before = self.book, self.book.shares.get(principal)
        row = Row(level, self._book_an_end(actor, level, end, before))
        if Action.SHARE not in book.actions(actor):
            return ("action_not_allowed" if Action.VIEW in book.actions(actor) else "library_not_found"), row
        if before is None and not book.is_inside(principal):
            return "unknown_principal", row
        if max(level, before.level if before else Level.NONE) > book.ceiling(actor):
            return "level_above_own", row
        if level == Level.OWNER and kind_of(principal) != Kind.USER:
            return "only_users_own", row
        if self._is_refused(actor, level, end):
            return "expiry_refused", row
        if before == row:
            return None, row
        if before and before.level == Level.OWNER and principal == actor:
            return "own_share_fixed", row
        if before and level > Level.NONE and not book.is_inside(principal):
            return "unknown_principal", row
        return None, row

    def _is_refused(self, actor: str, level: Level, end: Any) -> bool:
        latest = self.book.latest_end(actor, level)
        return isinstance(end, int) and (
            level == Level.OWNER or (latest is not None and self.book.today + end > latest)
        )

    def _book_an_end(self, actor: str, level: Level, end: Any, before: Row | None) -> int | None:
        if level == Level.OWNER:
            return None
        if isinstance(end, int):
            return self.book.today + end
        is_expired = before and before.end is not None and before.end <= self.book.today
        running = before.end if before and end == KEEP and not is_expired else None
        if before and end == KEEP and before.level == level and not is_expired:
            return running
        return min((day for day in (running, self.book.latest_end(actor, level)) if day is not None), default=None)

    @rule(actor=actors, principal=principals)
    def revoke(self, actor: str, principal: str) -> None:
        actions, before = self.book.actions(actor), self.book.shares.get(principal)
        refusal = None
        if Action.VIEW not in actions:
            refusal = "library_not_found"
        elif actor != principal and Action.SHARE not in actions:
            refusal = "action_not_allowed"
        elif before is None:
            refusal = "share_not_found"
        elif actor == principal and before.level == Level.OWNER:
            refusal = "own_share_fixed"
        elif actor != principal and before.level > self.book.ceiling(actor):
            refusal = "level_above_own"
        with self.expecting(refusal, change=True):
            revoke_share(library=self.library, principal=named(principal), actor=self.users[actor])
        if refusal is None:
            del self.book.shares[principal]

    @rule(actor=actors, to=people)
    def transfer(self, actor: str, to: str) -> None:
        actions, owners = self.book.actions(actor), self.book.owners()
        refusal = None
        if Action.TRANSFER not in actions:
            refusal = "action_not_allowed" if Action.VIEW in actions else "library_not_found"
        elif not self.book.is_inside(to):
            refusal = "unknown_principal"
        lowered = ({actor} if actor in owners else owners) - {to}
        with self.expecting(refusal, change=bool(lowered) or to not in owners):
            transfer_library(library=self.library, to=named(to), actor=self.users[actor])
        if refusal is None:
            self.book.shares |= {former: Row(Level.EDITOR) for former in lowered} | {to: Row(Level.OWNER)}

    @rule(actor=actors, value=st.booleans())
    def let_editors_share(self, actor: str, value: bool) -> None:
        actions = self.book.actions(actor)
        refusal = None
        if Action.TRANSFER not in actions:
            refusal = "action_not_allowed" if Action.VIEW in actions else "library_not_found"
        with self.expecting(refusal, change=value != self.book.editors_can_share):
            change_library(library=self.library, changes={"editors_can_share": value}, actor=self.users[actor])
        if refusal is None:
            self.book.editors_can_share = value

    # What happens around the library.

    @rule(user=people, team=st.sampled_from(["team:red", "team:blue"]))
    def join_a_team(self, user: str, team: str) -> None:
        refusal = None if user in self.book.members["org:acme"] else "not_member"
        with self.expecting(refusal, change=user not in self.book.members[team]):
            teams.add_team_member(team=self.teams[team], user=self.users[user], actor=OPERATOR)
        if refusal is None:
            self.book.members[team].add(user)

    @rule(user=insiders, team=st.sampled_from(["team:red", "team:blue"]))
    def leave_a_team(self, user: str, team: str) -> None:
        with self.expecting(None if user in self.book.members[team] else "not_member", change=True):
            teams.remove_team_member(team=self.teams[team], user=self.users[user], actor=OPERATOR)
        self.book.members[team].discard(user)

    @rule(user=people)
    def join_the_organization(self, user: str) -> None:
        first = not self.book.members["org:acme"]
        refusal = "unknown_user" if first and user in self.book.inactive else None
        with self.expecting(refusal, change=user not in self.book.members["org:acme"]):
            members.add_member(organization=self.acme, user=self.users[user], actor=OPERATOR)
        if refusal is None:
            self.book.members["org:acme"].add(user)
            self.book.administrators |= {user} if first else set()

    def is_alone_in_charge(self, user: str) -> bool:
        return self.book.administrators - self.book.inactive == {user}

    @rule(user=insiders, successor=st.none() | people)
    def leave_the_organization(self, user: str, successor: str | None) -> None:
        book, alone = self.book, self.book.owners() == {user}
        refusal = None
        if user not in book.members["org:acme"]:
            refusal = "not_member"
        elif successor and (successor == user or successor not in book.members["org:acme"] - book.inactive):
            refusal = "unknown_principal"
        elif alone and not successor:
            refusal = "last_owner"
        elif self.is_alone_in_charge(user) and book.members["org:acme"] != {user}:
            refusal = "last_administrator"
        with self.expecting(refusal, change=True):
            members.remove_member(
                organization=self.acme,
                user=self.users[user],
                successor=self.users[successor] if successor else None,
                actor=OPERATOR,
            )
        if refusal is None:
            book.shares.pop(user, None)
            book.shares |= {successor: Row(Level.OWNER)} if alone and successor else {}
            book.administrators.discard(user)
            for group in ("org:acme", "team:red", "team:blue"):
                book.members[group].discard(user)

    @rule(user=people, value=st.booleans())
    def administer(self, user: str, value: bool) -> None:
        refusal = None if user in self.book.members["org:acme"] else "not_member"
        if not value and self.is_alone_in_charge(user):
            refusal = "last_administrator"
        with self.expecting(refusal, change=(user in self.book.administrators) != value):
            administrators.set_administrator(
                organization=self.acme, user=self.users[user], administrator=value, actor=OPERATOR
            )
        if refusal is None:
            (self.book.administrators.add if value else self.book.administrators.discard)(user)

    @rule(user=people, active=st.booleans())
    def activate(self, user: str, active: bool) -> None:
        self.users[user].is_active = active
        User.objects.filter(username=user).update(is_active=active)
        (self.book.inactive.discard if active else self.book.inactive.add)(user)

    @rule(value=st.booleans())
    def admit_anyone(self, value: bool) -> None:
        scope = SharingScope.ANYONE if value else SharingScope.ORGANIZATION
        Organization.objects.filter(pk=self.acme.pk).update(sharing_scope=scope)
        self.book.admits_anyone = value

    @rule()
    def wait_a_day(self) -> None:
        let_time_pass(days=1)
        self.book.today += 1

    # What always holds.

    @invariant()
    def every_question_has_the_same_answer(self) -> None:
        if str(self.book) != self.asked_about:
            self._ask_for_everybody()
            self._ask_for_the_next_action()
            self.asked_about = str(self.book)

    def _ask_for_everybody(self) -> None:
        library = Library.objects.select_related("organization").get(pk=self.library.pk)
        by_the_book = {name: self.book.actions(name) for name in PEOPLE}
        for name, user in self.users.items():
            explanation = explain(user, library)
            assert allowed_actions(user, library) == by_the_book[name] == explanation.access.actions
            assert explanation.level == (Level.NONE if name in self.book.inactive else self.book.level(name))
            if not user.is_superuser:
                assert user.get_all_permissions(library) == {f"libraries.{action}" for action in by_the_book[name]}
        everybody = {name: Principal(Kind.USER, user) for name, user in self.users.items()} | self.groups
        access = access_of_pairs([(subject, library) for subject in everybody.values()])
        for name, subject in everybody.items():
            assert access[subject, library].actions == self._by_the_book(name)
        assert {person.username: person.level for person in levels_on(library)} == {
            name: self.book.level(name) for name in PEOPLE if name not in self.book.inactive and self.book.level(name)
        }

    def _by_the_book(self, subject: str) -> set[Action]:
        """Also for `team:red` and `org:acme`, which are what a member of nothing else is."""
        around = {
            "team:red": ("team:red", "org:acme"),
            "team:blue": ("team:blue", "org:acme"),
            "org:acme": ("org:acme",),
        }
        return self.book.actions_of_a_member_of(*around[subject]) if subject in around else self.book.actions(subject)

    def _ask_for_the_next_action(self) -> None:
        """Who can, and what is on the list: one action and one person at a time, since these take longest to put."""
        self.steps += 1
        action, name = [*Action][self.steps % len(Action)], PEOPLE[self.steps % len(PEOPLE)]
        library = Library.objects.get(pk=self.library.pk)
        allowed = {name for name in PEOPLE if action in self.book.actions(name)}
        assert set(who_can(library, action).values_list("username", flat=True)) == allowed
        for walking in (False, True):
            found = Library.objects.allowing(self.users[name], action, walking=walking)
            assert found.contains(library) == (name in allowed)
        people = who_can_by_page(library, action, asker=self.users[name])
        known = {each for each in allowed if self._knows(name, each)}
        assert set(people.named.values_list("username", flat=True)) == known
        assert people.count_unnamed() == len(allowed) - len(known)
        for kind in (Kind.TEAM, Kind.ORGANIZATION):
            of_kind = {group: each.instance for group, each in self.groups.items() if each.kind == kind}
            subjects = subjects_for(kind, action, "atlas", asker=self.users["sue"]).named
            assert {group for group, subject in of_kind.items() if subject in subjects} == {
                group for group in of_kind if action in self._by_the_book(group)
            }

    def _knows(self, asker: str, person: str) -> bool:
        """R9."""
        together = any({asker, person} <= self.book.members[group] for group in ("org:acme", "org:zeta"))
        return asker == person or asker in self.book.superusers or together or person in self.book.shares

    @invariant()
    def the_shares_are_those_of_the_book_and_the_grants_agree(self) -> None:
        shares = {share.principal_name: share for share in self.library.shares.with_principals()}
        assert {name: share.level for name, share in shares.items()} == {
            name: row.level for name, row in self.book.shares.items()
        }
        assert {name: share.expires_at for name, share in shares.items()} == {
            name: None if row.end is None else self.moment(row.end) for name, row in self.book.shares.items()
        }
        assert list(grants.discrepancies()) == []

    @invariant()
    def it_has_an_owner_and_counts_its_shares(self) -> None:
        library = Library.objects.get(pk=self.library.pk)
        assert self.book.owners()
        assert library.share_count == len(self.book.shares)


@pytest.mark.prove
def test_no_sequence_of_changes_makes_them_disagree_r1_r2_r3_r4_r5_r6_r7_r8_r9_r10_r11_r12(empty_world):
    """The README's second and third promise."""
    run_state_machine_as_test(
        Sharing, settings=settings(max_examples=rounds(quick=4, proving=60), stateful_step_count=15)
    )
