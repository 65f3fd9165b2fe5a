"""R14: an organization with members has an active administrator, and the service an active superuser."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libraries.errors import LastAdministrator, LastSuperuser, NotAdministrator, NotMember, NotSuperuser, UnknownUser
from libraries.models import OPERATOR, Organization, User
from libraries.people.accounts import change_account, delete_account
from libraries.people.administrators import administers, set_administrator
from libraries.people.in_charge import people_in
from libraries.people.members import add_member, put_member, remove_member
from libraries.people.organizations import create_organization
from libraries.people.queries import is_member, members_of
from libraries.people.service_accounts import create_service_account
from tests.factories import in_charge, make_user
from tests.proofs import rounds


@pytest.fixture
def initech(world: None) -> Organization:
    return create_organization(slug="initech", name="Initech", actor=OPERATOR)


class TestFirstMember:
    def test_it_becomes_an_administrator_and_the_next_does_not(self, initech, erin, frank, new_events):
        add_member(organization=initech, user=frank, actor=OPERATOR)
        add_member(organization=initech, user=erin, actor=OPERATOR)
        assert in_charge(initech) == ["frank"]
        assert [(action, who) for action, who, *_ in new_events()][-3:] == [
            ("member.added", "frank"),
            ("administrator.added", "frank"),
            ("member.added", "erin"),
        ]

    def test_an_inactive_one_does_not_come_first(self, initech, frank, erin):
        User.objects.filter(pk=frank.pk).update(is_active=False)
        with pytest.raises(UnknownUser):
            add_member(organization=initech, user=frank, actor=OPERATOR)
        assert not is_member(frank, initech)
        add_member(organization=initech, user=erin, actor=OPERATOR)
        assert add_member(organization=initech, user=frank, actor=OPERATOR)

    def test_a_service_account_is_no_first_member_r13(self, initech, frank):
        robot = create_service_account(organization=initech, name="robot", actor=OPERATOR)
        assert not administers(robot, initech)
        add_member(organization=initech, user=frank, actor=OPERATOR)
        assert in_charge(initech) == ["frank"]


class TestLastAdministrator:
    def test_the_power_stays_until_another_has_it(self, acme, alice, bob, admin_user, new_events):
        for actor in (alice, admin_user, OPERATOR):
            with pytest.raises(LastAdministrator):
                set_administrator(organization=acme, user=alice, administrator=False, actor=actor)
            with pytest.raises(LastAdministrator):
                put_member(organization=acme, user=alice, administrator=False, actor=actor)
        assert new_events() == []
        set_administrator(organization=acme, user=bob, administrator=True, actor=alice)
        assert set_administrator(organization=acme, user=alice, administrator=False, actor=alice)
        assert in_charge(acme) == ["bob"]

    def test_an_inactive_administrator_does_not_count(self, acme, alice, bob):
        set_administrator(organization=acme, user=bob, administrator=True, actor=alice)
        change_account(user=bob, changes={"is_active": False}, actor=OPERATOR)
        with pytest.raises(LastAdministrator):
            set_administrator(organization=acme, user=alice, administrator=False, actor=OPERATOR)
        change_account(user=bob, changes={"is_active": True}, actor=OPERATOR)
        assert set_administrator(organization=acme, user=alice, administrator=False, actor=OPERATOR)

    def test_they_leave_after_the_others_only(self, globex, erin, frank, lab_notes):
        lab_notes.delete()
        with pytest.raises(LastAdministrator):
            remove_member(organization=globex, user=erin, actor=OPERATOR)
        with pytest.raises(LastAdministrator):
            delete_account(user=erin, actor=OPERATOR)
        remove_member(organization=globex, user=frank, actor=OPERATOR)
        remove_member(organization=globex, user=erin, actor=OPERATOR)
        assert not people_in(globex).exists()

    def test_they_are_not_deactivated(self, globex, erin, frank):
        with pytest.raises(LastAdministrator) as refusal:
            change_account(user=erin, changes={"is_active": False}, actor=OPERATOR)
        assert refusal.value.slug == "globex"
        assert User.objects.get(pk=erin.pk).is_active
        change_account(user=frank, changes={"is_active": False}, actor=OPERATOR)

    def test_where_nobody_is_in_charge_already_a_superuser_mends_it(self, acme, alice, bob, carol, admin_user):
        acme.user_permissions.all().delete()
        remove_member(organization=acme, user=carol, actor=admin_user)
        assert set_administrator(organization=acme, user=bob, administrator=True, actor=admin_user)
        assert in_charge(acme) == ["bob"]


class TestLastSuperuser:
    def test_the_only_one_stays(self, admin_user, new_events):
        for changes in ({"is_superuser": False}, {"is_active": False}):
            with pytest.raises(LastSuperuser):
                change_account(user=admin_user, changes=changes, actor=admin_user)
        with pytest.raises(LastSuperuser):
            delete_account(user=admin_user, actor=OPERATOR)
        assert new_events() == []

    def test_one_of_two_goes(self, admin_user, bob):
        change_account(user=bob, changes={"is_superuser": True}, actor=admin_user)
        bob.refresh_from_db()
        assert change_account(user=admin_user, changes={"is_superuser": False, "email": ""}, actor=bob)
        with pytest.raises(LastSuperuser):
            change_account(user=bob, changes={"is_active": False}, actor=OPERATOR)

    def test_other_columns_are_free(self, admin_user):
        assert change_account(user=admin_user, changes={"is_active": True, "last_name": "Root"}, actor=admin_user)


class TestActorsAsTheyStand:
    """The account in memory is from before."""

    def test_who_was_demoted_demotes_nobody(self, acme, alice, bob):
        set_administrator(organization=acme, user=bob, administrator=True, actor=OPERATOR)
        set_administrator(organization=acme, user=alice, administrator=False, actor=bob)
        with pytest.raises(NotAdministrator):
            set_administrator(organization=acme, user=bob, administrator=False, actor=alice)

    @pytest.mark.parametrize("changes", [{"is_superuser": False}, {"is_active": False}])
    def test_no_superuser_any_more(self, acme, admin_user, bob, dave, changes):
        change_account(user=bob, changes={"is_superuser": True}, actor=OPERATOR)
        change_account(user=admin_user, changes=changes, actor=OPERATOR)
        with pytest.raises(NotSuperuser):
            change_account(user=bob, changes={"is_superuser": False}, actor=admin_user)
        with pytest.raises(NotSuperuser):
            delete_account(user=dave, actor=admin_user)
        with pytest.raises(NotAdministrator):
            set_administrator(organization=acme, user=dave, administrator=True, actor=admin_user)


NAMES = ("ada", "ben", "cleo", "dora")
SLUGS = ("one", "two")
STEPS = st.tuples(
    st.sampled_from(["add", "remove", "promote", "demote", "activate", "deactivate", "crown", "dethrone"]),
    st.sampled_from(NAMES),
    st.sampled_from(SLUGS),
)


@dataclass
class ByTheBook:
    """R14 said as plainly as in docs/rules.md: a step happens unless it leaves somebody with nobody in charge."""

    members: dict[str, set[str]] = field(default_factory=lambda: {slug: set() for slug in SLUGS})
    administrators: dict[str, set[str]] = field(default_factory=lambda: {slug: set() for slug in SLUGS})
    active: set[str] = field(default_factory=lambda: set(NAMES))
    superusers: set[str] = field(default_factory=lambda: {NAMES[0]})

    def take(self, what: str, who: str, slug: str) -> None:
        members, administrators = self.members[slug], self.administrators[slug]
        match what:
            case "add" if who not in members:
                if not members:
                    administrators.add(who)
                members.add(who)
            case "remove":
                members.discard(who)
                administrators.discard(who)
            case "promote" if who in members:
                administrators.add(who)
            case "demote":
                administrators.discard(who)
            case "activate" | "deactivate":
                (self.active.add if what == "activate" else self.active.discard)(who)
            case "crown" | "dethrone":
                (self.superusers.add if what == "crown" else self.superusers.discard)(who)

    @property
    def stands(self) -> bool:
        everywhere = all(self.administrators[slug] & self.active for slug in SLUGS if self.members[slug])
        return everywhere and bool(self.superusers & self.active)


def take(what: str, who: User, where: Organization) -> None:
    """The same step by the verbs."""
    here: dict[str, Any] = {"organization": where, "user": who, "actor": OPERATOR}
    columns = {"activate": ("is_active", True), "deactivate": ("is_active", False)}
    columns |= {"crown": ("is_superuser", True), "dethrone": ("is_superuser", False)}
    if what in columns:
        change_account(user=who, changes=dict([columns[what]]), actor=OPERATOR)
    elif what == "add":
        add_member(**here)
    elif what == "remove":
        remove_member(**here)
    else:
        set_administrator(**here, administrator=what == "promote")


def as_it_is() -> ByTheBook:
    organizations = {organization.slug: organization for organization in Organization.objects.all()}
    people: dict[str, Any] = {slug: members_of(organization) for slug, organization in organizations.items()}
    return ByTheBook(
        {slug: set(found.values_list("username", flat=True)) for slug, found in people.items()},
        {
            slug: set(found.filter(administers=True).values_list("username", flat=True))
            for slug, found in people.items()
        },
        set(User.objects.filter(is_active=True).values_list("username", flat=True)),
        set(User.objects.filter(is_superuser=True).values_list("username", flat=True)),
    )


@settings(max_examples=rounds(quick=25, proving=1000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25))
def test_what_happens_is_what_leaves_somebody_in_charge_and_nothing_else(empty_world, steps):
    with transaction.atomic():
        users = {name: make_user(name, is_superuser=name == NAMES[0]) for name in NAMES}
        homes = {slug: create_organization(slug=slug, name=slug, actor=OPERATOR) for slug in SLUGS}
        book = ByTheBook()
        for what, who, slug in steps:
            after = deepcopy(book)
            after.take(what, who, slug)
            try:
                take(what, users[who], homes[slug])
                happened = True
            except (LastAdministrator, LastSuperuser, UnknownUser):
                happened = False
            except NotMember:
                assert who not in book.members[slug]
                continue
            assert happened == after.stands, (what, who, slug)
            book = after if happened else book
            assert as_it_is() == book
        transaction.set_rollback(True)
