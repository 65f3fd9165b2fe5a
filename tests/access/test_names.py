"""access.names: which library a name means (R16)."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libraries.access.check import can, find_libraries, get_libraries_for, get_library_for
from libraries.access.decisions import Question, checkable_organizations, decide
from libraries.access.lists import visible_libraries_by_page
from libraries.access.names import Known, with_names_for
from libraries.access.subjects import SubjectName
from libraries.errors import AmbiguousName, LibraryNotFound, MayNotAsk
from libraries.library_lifecycle import create_library
from libraries.models import OPERATOR, Library, Organization, User
from libraries.people.administrators import set_administrator, set_check_access
from libraries.people.members import add_member
from libraries.people.organizations import create_organization
from libraries.rules.levels import Action, Kind, Level
from tests.factories import give, make_user
from tests.proofs import rounds


@pytest.fixture
def globex_handbook(erin):
    """Another handbook, erin's, which nobody sees but erin."""
    return create_library(name="Handbook", natural_id="handbook", actor=erin)


@pytest.fixture
def everybodys(globex, globex_handbook):
    """The same, open to everyone."""
    Organization.objects.filter(pk=globex.pk).update(sharing_scope="anyone")
    globex_handbook.organization.refresh_from_db()
    give(globex_handbook, "everyone", Level.READER)
    return globex_handbook


def opened(user: Any, name: str) -> Library:
    return get_library_for(user, name, Action.VIEW)


class TestOneLibrary:
    def test_each_finds_the_one_that_they_see_whatever_there_is_elsewhere(
        self, alice, erin, handbook, globex_handbook, frank
    ):
        assert (opened(alice, "handbook"), opened(erin, "handbook")) == (handbook, globex_handbook)
        with pytest.raises(LibraryNotFound):
            opened(frank, "handbook")
        give(handbook, "frank", Level.READER)
        assert opened(frank, "handbook") == handbook

    def test_of_two_that_they_see_each_finds_their_own_organizations(self, alice, erin, handbook, everybodys):
        give(handbook, "erin", Level.READER)
        assert (opened(alice, "handbook"), opened(erin, "handbook")) == (handbook, everybodys)

    def test_with_its_organization_it_is_always_the_right_one(self, alice, erin, handbook, everybodys):
        give(handbook, "erin", Level.READER)
        for user in (alice, erin):
            assert opened(user, "acme.handbook") == handbook
            assert opened(user, "globex.handbook") == everybodys

    @pytest.mark.parametrize(
        "name",
        ["acme.", ".handbook", "acme.nothing", "nobody.handbook", "Acme.handbook", "acme..handbook", "a.b.c", "."],
    )
    def test_and_with_another_there_is_none(self, alice, handbook, name):
        with pytest.raises(LibraryNotFound):
            opened(alice, name)

    def test_an_invisible_one_is_not_there_under_that_either(self, frank, erin, handbook, globex_handbook):
        for name in ("acme.handbook", "globex.handbook", "globex.nothing"):
            with pytest.raises(LibraryNotFound, match=r"^There is no such library\.$"):
                opened(frank, name)
        assert opened(erin, "globex.handbook") == globex_handbook

    def test_two_that_are_seen_equally_are_refused_by_both_names(self, carol, globex, handbook, everybodys):
        assert opened(carol, "handbook") == handbook
        add_member(organization=globex, user=carol, actor=OPERATOR)
        with pytest.raises(AmbiguousName) as refusal:
            opened(carol, "handbook")
        assert (
            str(refusal.value) == "“handbook” is the name of several libraries: say acme.handbook or globex.handbook."
        )
        assert refusal.value.libraries == ["acme.handbook", "globex.handbook"]

    def test_that_is_so_for_who_sees_everything_and_is_nowhere(self, admin_user, handbook, globex_handbook):
        for everywhere in (admin_user, OPERATOR):
            with pytest.raises(AmbiguousName):
                opened(everywhere, "handbook")
            assert opened(everywhere, "globex.handbook") == globex_handbook

    def test_a_default_organization_goes_first_and_then_their_others_r15(
        self, carol, acme, globex, handbook, roadmap, everybodys
    ):
        add_member(organization=globex, user=carol, actor=OPERATOR)
        for default, found in ((globex, everybodys), (acme, handbook)):
            carol.default_organization = default
            assert opened(carol, "handbook") == found
        carol.default_organization = globex
        assert opened(carol, "roadmap") == roadmap

    def test_a_default_organization_that_they_are_not_in_goes_nowhere(self, carol, globex, handbook, everybodys):
        carol.default_organization = globex
        assert opened(carol, "handbook") == handbook

    def test_an_inactive_user_finds_nothing_and_no_second_one(self, carol, globex, handbook, everybodys):
        add_member(organization=globex, user=carol, actor=OPERATOR)
        User.objects.filter(pk=carol.pk).update(is_active=False)
        carol.refresh_from_db()
        with pytest.raises(LibraryNotFound):
            opened(carol, "handbook")

    def test_it_is_one_statement_whatever_there_is(
        self, frank, carol, globex, handbook, everybodys, django_assert_num_queries
    ):
        add_member(organization=globex, user=carol, actor=OPERATOR)
        for user, name in (
            (frank, "handbook"),
            (frank, "roadmap"),
            (frank, "nothing"),
            (frank, "acme.handbook"),
            (frank, "acme.nothing"),
            (carol, "handbook"),
        ):
            with django_assert_num_queries(1):
                find_libraries([name], user=user)
            with django_assert_num_queries(1):
                try:
                    opened(user, name)
                except (LibraryNotFound, AmbiguousName):
                    continue


class TestMany:
    def test_they_are_found_as_each_is_alone(self, carol, globex, handbook, roadmap, everybodys):
        add_member(organization=globex, user=carol, actor=OPERATOR)
        names = [
            "handbook",
            "acme.handbook",
            "globex.handbook",
            "roadmap",
            str(roadmap.pk),
            roadmap.object_id,
            "nothing",
        ]
        found = get_libraries_for(carol, names)
        assert found.libraries == {
            "acme.handbook": handbook,
            "globex.handbook": everybodys,
            "roadmap": roadmap,
            str(roadmap.pk): roadmap,
            roadmap.object_id: roadmap,
        }
        assert isinstance(found.refusal("handbook"), AmbiguousName)
        assert isinstance(found.refusal("nothing"), LibraryNotFound)

    def test_an_invisible_one_that_another_name_brings_along_plays_no_part(self, frank, handbook, globex_handbook):
        give(handbook, "frank", Level.READER)
        for brings in ("globex.handbook", str(globex_handbook.pk), globex_handbook.object_id):
            assert get_libraries_for(frank, ["handbook", brings]).libraries == {"handbook": handbook}


class TestNamesOfAnswers:
    def names(self, user: User, known: Known = Known.SEEN) -> set[str]:
        return {library.short_name for library in with_names_for(visible_libraries_by_page(user), user, known)}

    def test_a_natural_id_alone_as_long_as_no_other_is_seen(self, alice, erin, handbook, globex_handbook):
        assert "handbook" in self.names(alice)
        assert "handbook" in self.names(erin)
        give(handbook, "erin", Level.READER)
        assert {"acme.handbook", "globex.handbook", "lab-notes"} <= self.names(erin)
        assert "handbook" in self.names(alice)

    def test_whoever_may_ask_about_one_knows_of_it(self, alice, frank, globex, handbook, globex_handbook):
        give(handbook, "frank", Level.READER)
        assert "handbook" in self.names(frank, Known.SEEN_OR_OPEN)
        set_check_access(organization=globex, user=frank, allowed=True, actor=OPERATOR)
        assert "acme.handbook" in self.names(frank, Known.SEEN_OR_OPEN)
        assert "handbook" in self.names(frank)


class TestQuestionsAboutOthers:
    def ask(self, asker: User, subject: str, *names: str) -> list[Any]:
        return decide([Question(SubjectName(Kind.USER, subject), Action.VIEW, name) for name in names], asker=asker)

    @pytest.fixture(params=[1, 2], ids=["alone", "among many"])
    def decided(self, request):
        """What is decided on one question: put by itself, or twice at once."""
        return lambda asker, subject, name: self.ask(asker, subject, *[name] * request.param)[-1]

    def test_a_name_means_a_library_that_they_may_ask_about(self, decided, alice, erin, frank, globex, everybodys):
        set_check_access(organization=globex, user=frank, allowed=True, actor=OPERATOR)
        assert decided(alice, "bob", "handbook").reason == "bob is EDITOR on handbook, through team:engineering."
        assert decided(frank, "bob", "handbook").reason == "bob is READER on handbook, through everyone."
        assert isinstance(decided(frank, "bob", "roadmap"), MayNotAsk)

    def test_one_that_they_only_see_plays_no_part(self, decided, alice, bob, everybodys, handbook):
        Library.objects.filter(pk=handbook.pk).update(natural_id="other")
        assert decided(alice, "alice", "handbook").allowed
        assert isinstance(decided(alice, "bob", "handbook"), MayNotAsk)

    def test_two_of_which_they_know_equally_are_refused(self, decided, admin_user, handbook, globex_handbook):
        for name, refused in (("handbook", True), ("acme.handbook", False)):
            assert isinstance(decided(admin_user, "bob", name), AmbiguousName) is refused

    def test_for_who_may_not_ask_that_is_no_different(self, decided, carol, frank, handbook, everybodys):
        for name in ("handbook", "acme.handbook", "nothing"):
            assert isinstance(decided(frank, "carol", name), MayNotAsk)


# Any world: three organizations with libraries of the same names, and people of all kinds in them.

SLUGS = ["acme", "globex", "initech"]
NAMES = ["atlas", "book"]
PEOPLE = ["ann", "ben", "sue"]
organizations = st.sets(st.sampled_from(SLUGS))
shares = st.dictionaries(
    st.tuples(st.sampled_from(SLUGS), st.sampled_from(NAMES)),
    st.dictionaries(
        st.sampled_from(["ann", "ben", "everyone"]), st.sampled_from([Level.NONE, Level.READER]), max_size=2
    ),
)
worlds = st.fixed_dictionaries(
    {
        "member_of": st.fixed_dictionaries(dict.fromkeys(("ann", "ben"), organizations)),
        "default": st.fixed_dictionaries({name: st.none() | st.sampled_from(SLUGS) for name in ("ann", "ben")}),
        "administers": st.dictionaries(st.sampled_from(["ann", "ben"]), st.sampled_from(SLUGS)),
        "may_ask_in": st.dictionaries(st.sampled_from(["ann", "ben"]), st.sampled_from(SLUGS)),
        "shares": shares,
    }
)


def build(world: Any) -> dict[str, User]:
    """Its people. Each library is owned by somebody who plays no other part."""
    homes = {slug: create_organization(slug=slug, name=slug, sharing_scope="anyone", actor=OPERATOR) for slug in SLUGS}
    people = {name: make_user(name, is_superuser=name == "sue") for name in PEOPLE}
    owners = {slug: make_user(f"owner-{slug}", member_of=home) for slug, home in homes.items()}
    for name, slugs in world["member_of"].items():
        for slug in slugs:
            add_member(organization=homes[slug], user=people[name], actor=OPERATOR)
        default = world["default"][name]
        people[name].default_organization = homes[default] if default else None
        people[name].save()
    for power, give_power in (("administers", _administrator), ("may_ask_in", _asker)):
        for name, slug in world[power].items():
            if slug in world["member_of"][name]:
                give_power(homes[slug], people[name])
    for (slug, name), given_to in world["shares"].items():
        library = create_library(name=name, natural_id=name, actor=owners[slug])
        for principal, level in given_to.items():
            give(library, principal, level)
    return people


def _administrator(organization: Organization, user: User) -> None:
    set_administrator(organization=organization, user=user, administrator=True, actor=OPERATOR)


def _asker(organization: Organization, user: User) -> None:
    set_check_access(organization=organization, user=user, allowed=True, actor=OPERATOR)


def by_the_book(user: User, name: str, known: list[Library]) -> Library | list[Library] | None:
    """R16 as it is written: the library that the name means to who knows of those; two that they know of equally."""
    if "." in name:
        return next((library for library in known if library.qualified_name == name), None)
    own = set(Organization.objects.filter(group__in=user.groups.all()))
    default = own & {user.default_organization}
    called_so = [library for library in known if library.natural_id == name]
    for near in (default, own, set(Organization.objects.all())):
        if here := [library for library in called_so if library.organization in near]:
            return here[0] if len(here) == 1 else sorted(here, key=lambda library: library.organization.slug)[:2]
    return None


def found(find: Any) -> Any:
    try:
        return find()
    except LibraryNotFound:
        return None
    except AmbiguousName as refusal:
        return refusal.libraries


def told(meant: Library | list[Library] | None) -> Any:
    return [library.qualified_name for library in meant] if isinstance(meant, list) else meant


EVERY_NAME = [*NAMES, *(f"{slug}.{name}" for slug in SLUGS for name in NAMES), "nothing"]


@settings(
    max_examples=rounds(quick=25, proving=1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds)
def test_in_any_world_a_name_means_what_the_book_says(empty_world, world):
    with transaction.atomic():
        everybody = build(world)
        libraries = list(Library.objects.select_related("organization"))
        for user in everybody.values():
            seen = [library for library in libraries if can(user, library, Action.VIEW)]
            open_in = set(checkable_organizations(user))
            is_open = [library for library in libraries if library.organization in open_in]
            expected = {name: told(by_the_book(user, name, seen)) for name in EVERY_NAME}
            assert {name: found(partial(opened, user, name)) for name in EVERY_NAME} == expected
            many = get_libraries_for(user, EVERY_NAME)
            assert {name: found(partial(many.one, name)) for name in EVERY_NAME} == expected
            assert_answers_are_found_again(user, seen)
            assert_decisions(user, user, [*seen, *(each for each in is_open if each not in seen)])
            assert_decisions(user, everybody["ben" if user.username == "ann" else "ann"], is_open)
        transaction.set_rollback(True)


def assert_answers_are_found_again(user: User, seen: list[Library]) -> None:
    for known in (Known.SEEN, Known.SEEN_OR_OPEN):
        named = with_names_for(visible_libraries_by_page(user), user, known)
        names = {library.short_name: library for library in named}
        assert set(names.values()) == set(seen)
        assert {name: opened(user, name) for name in names} == names


def assert_decisions(asker: User, subject: User, known: list[Library]) -> None:
    """Alone and many at once, whoever is asked about: the decision is about the library that the book says."""
    questions = [Question(SubjectName(Kind.USER, subject.username), Action.VIEW, name) for name in EVERY_NAME]
    for question, among_many in zip(questions, decide(questions, asker=asker), strict=True):
        [alone] = decide([question], asker=asker)
        decision: Any
        for decision in (alone, among_many):
            match by_the_book(asker, question.library, known):
                case list() as two:
                    assert isinstance(decision, AmbiguousName)
                    assert decision.libraries == told(two)
                case None if subject == asker or asker.is_superuser:
                    assert decision.reason == "There is no such library."
                case None:
                    assert isinstance(decision, MayNotAsk)
                case library:
                    assert decision.allowed == can(subject, library, Action.VIEW)
