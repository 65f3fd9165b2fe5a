"""Every scenario file, and every question put to its world: none may answer otherwise than the file and the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from libraries.access.check import allowed_actions, can
from libraries.access.explain import explain
from libraries.access.lists import levels_on, visible_libraries_by_page, who_can
from libraries.access.pairs import access_of_pairs
from libraries.errors import SharingError
from libraries.models import OPERATOR, Event, Library, Organization, Share, User
from libraries.people.keys import create_api_key
from libraries.principals import Principal
from libraries.rules.levels import Action, Kind, Level
from tests.clients import ApiClient
from tests.dialects import DIALECTS, Asked, Dialect, Refused
from tests.factories import make_user
from tests.scenario_world import FILES, World, act, build, clients_of, read, told

Question = Callable[[World], None]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_question_gets_the_answer_of_the_file(path: Path, empty_world: None, subtests: Any) -> None:
    world = build(read(path))
    for question in (refusals_change_nothing, what_happens_is_recorded, *QUESTIONS, *_questions_to_dialects()):
        with subtests.test(getattr(question, "__name__", str(question))):
            question(world)


@pytest.mark.parametrize("number", range(1, 16))
def test_every_rule_has_a_scenario(number: int) -> None:
    assert f"R{number}" in {read(path)["rule"] for path in FILES}


def refusals_change_nothing(world: World) -> None:
    before = _everything()
    for sentence, code in world.file.get("refused", {}).items():
        with pytest.raises(SharingError) as refusal:
            act(world, sentence)
        assert (sentence, refusal.value.code) == (sentence, code)
    assert _everything() == before


def _everything() -> Any:
    return list(Share.objects.values()), list(Library.objects.values()), Event.objects.count()


def what_happens_is_recorded(world: World) -> None:
    old = set(Event.objects.values_list("pk", flat=True))
    for sentence in world.file.get("happens", []):
        act(world, sentence)
    new = list(Event.objects.exclude(pk__in=old).order_by("pk"))
    world.clients.update(clients_of(world.users))  # the keys of who was let go have ended (R13)
    if "events" in world.file:
        assert [told(event) for event in new] == world.file["events"]


def the_check_says_what_the_file_says(world: World) -> None:
    for user, action in world.lines("can"):
        assert can(user, world.library, action), f"{user} cannot {action}"
    for user, action in world.lines("cannot"):
        assert not can(user, world.library, action), f"{user} can {action}"


def has_perm_agrees(world: World) -> None:
    for user, allowed in _allowed(world.library):
        if not (user.is_superuser and user.is_active):  # Django never asks a backend about them
            assert {action for action in Action if user.has_perm(f"libraries.{action}", world.library)} == allowed


def lists_are_complete(world: World) -> None:
    """For seeing, everybody's; for other actions, those of the lines of the file."""
    allowed = {library: dict(_allowed(library)) for library in world.libraries}
    to_see = [(user, Action.VIEW) for user in world.users.values()]
    for user, action in {*to_see, *world.lines("can"), *world.lines("cannot")}:
        expected = {library for library in allowed if action in allowed[library][user]}
        assert set(Library.objects.allowing(user, action)) == expected
        assert set(Library.objects.allowing(user, action, walking=True)) == expected


def lists_by_page_are_complete(world: World) -> None:
    for user, allowed in _allowed(world.library):
        assert visible_libraries_by_page(user).contains(world.library) == (Action.VIEW in allowed)


def who_can_is_complete(world: World) -> None:
    allowed = dict(_allowed(world.library))
    for action in Action:
        expected = {user for user in allowed if action in allowed[user]}
        assert set(who_can(world.library, action)) == expected


def many_at_once_agree(world: World) -> None:
    everybody = {user: Principal(Kind.USER, user) for user in User.objects.all()}
    found = access_of_pairs([(subject, library) for subject in everybody.values() for library in world.libraries])
    for library in world.libraries:
        for user, allowed in _allowed(library):
            assert found[everybody[user], library].actions == allowed


def levels_on_tells_who_has_which(world: World) -> None:
    levels = {user: explain(user, world.library).level for user in User.objects.all()}
    people = {person: person.level for person in levels_on(world.library)}
    assert people == {user: level for user, level in levels.items() if level}


def explain_agrees_and_has_the_levels_of_the_file(world: World) -> None:
    for user, allowed in _allowed(world.library):
        assert explain(user, world.library).access.actions == allowed
    levels = {name: explain(world.users[name], world.library).level.name for name in world.file.get("levels", {})}
    assert levels == world.file.get("levels", {})


def _allowed(library: Library) -> Iterator[tuple[User, frozenset[Action]]]:
    """Everybody, with what the check allows them: what every other question must agree with."""
    return ((user, allowed_actions(user, library)) for user in User.objects.all())


QUESTIONS: list[Question] = [
    the_check_says_what_the_file_says,
    has_perm_agrees,
    lists_are_complete,
    lists_by_page_are_complete,
    who_can_is_complete,
    many_at_once_agree,
    levels_on_tells_who_has_which,
    explain_agrees_and_has_the_levels_of_the_file,
]


def _questions_to_dialects() -> Iterator[Question]:
    for dialect in DIALECTS:
        about_shares = (level_shown, libraries_shown, shares_shown, people_shown, reasons_shown)
        for ask in (*about_shares, decisions_made, decisions_about_oneself, searches_made):
            yield _Named(f"{ask.__name__} by {dialect.name}", ask, dialect)


class _Named:
    """A question to one dialect, under a name of its own."""

    def __init__(self, name: str, ask: Callable[[World, Dialect], None], dialect: Dialect) -> None:
        self.__name__, self.ask, self.dialect = name, ask, dialect

    def __call__(self, world: World) -> None:
        self.ask(world, self.dialect)


def level_shown(world: World, dialect: Dialect) -> None:
    if dialect.level is None:
        return
    for name, user in world.users.items():
        expected: Level | int = explain(user, world.library).level
        if not can(user, world.library, Action.VIEW):
            expected = 404 if user.is_active else 401
        assert (name, _shown(dialect.level, world.clients[name], world.library)) == (name, expected)


def libraries_shown(world: World, dialect: Dialect) -> None:
    if dialect.libraries is None:
        return
    for name, user in world.users.items():
        visible = Library.objects.visible_to(user).order_by("name", "id")
        expected: Any = list(visible.values_list("natural_id", flat=True)) if user.is_active else 401
        assert (name, _shown(dialect.libraries, world.clients[name])) == (name, expected)


def shares_shown(world: World, dialect: Dialect) -> None:
    if dialect.shares is None:
        return
    shares = [share for share in world.library.shares.with_principals() if dialect.has_words_for(share)]
    for name, user in world.users.items():
        expected: Any = {share.principal_name: share.level for share in shares}
        if not can(user, world.library, Action.VIEW_SHARES):
            expected = (403 if can(user, world.library, Action.VIEW) else 404) if user.is_active else 401
        assert (name, _shown(dialect.shares, world.clients[name], world.library)) == (name, expected)


def decisions_made(world: World, dialect: Dialect) -> None:
    """Everybody, every library and every action, asked by somebody who may."""
    if dialect.decisions is None:
        return
    asked = _everything_asked(world, dialect, list(User.objects.all()))
    assert dialect.decisions(_auditor(), asked) == _as_the_check_says(asked)


def decisions_about_oneself(world: World, dialect: Dialect) -> None:
    if dialect.decisions is None:
        return
    for name, user in world.users.items():
        asked = _everything_asked(world, dialect, [user])
        expected: Any = _as_the_check_says(asked) if user.is_active else 401
        assert (name, _shown(dialect.decisions, world.clients[name], asked)) == (name, expected)


def _everything_asked(world: World, dialect: Dialect, users: list[User]) -> list[Asked]:
    return [(user, library, action) for user in users for action in dialect.words for library in world.libraries]


def _as_the_check_says(asked: list[Asked]) -> list[bool]:
    allowed = {pair: allowed_actions(*pair) for pair in {(user, library) for user, library, _ in asked}}
    return [action in allowed[user, library] for user, library, action in asked]


def searches_made(world: World, dialect: Dialect) -> None:
    """What each may read, and one more action of theirs, taken in turn: the lists themselves are asked for all."""
    if not (dialect.libraries_of and dialect.who_can and dialect.actions_of):
        return
    auditor = _auditor()
    for place, user in enumerate(world.users.values()):
        for action in {Action.VIEW, dialect.words[place % len(dialect.words)]}:
            allowing = Library.objects.allowing(user, action).order_by("natural_id")
            assert dialect.libraries_of(auditor, user, action) == list(allowing.values_list("natural_id", flat=True))
    for action in dialect.words:
        able = who_can(world.library, action).order_by("username")
        assert dialect.who_can(auditor, action, world.library) == list(able.values_list("username", flat=True))
    for user in world.users.values():
        allowed = allowed_actions(user, world.library)
        expected = [action for action in dialect.words if action in allowed]
        assert dialect.actions_of(auditor, user, world.library) == expected


def _auditor() -> ApiClient:
    """A superuser, who may ask about everybody."""
    auditor = User.objects.filter(username="auditor").first() or make_user("auditor", is_superuser=True)
    return ApiClient(create_api_key(user=auditor, name="x", actor=OPERATOR)[1])


def people_shown(world: World, dialect: Dialect) -> None:
    """Complete over those of whom the caller may know (R9), each with the level that explaining it finds; and how many
    others there are."""
    if dialect.people is None:
        return
    levels = {user.username: explain(user, world.library).level for user in User.objects.all()}
    people = {name: level for name, level in levels.items() if level}
    for name, user in world.users.items():
        known = {name: level for name, level in people.items() if _knows(world, user, User.objects.get(username=name))}
        expected: Any = known, len(people) - len(known)
        if not can(user, world.library, Action.VIEW_SHARES):
            expected = (403 if can(user, world.library, Action.VIEW) else 404) if user.is_active else 401
        assert (name, _shown(dialect.people, world.clients[name], world.library)) == (name, expected)


def _knows(world: World, asker: User, person: User) -> bool:
    """R9: oneself, whoever is in an organization with one, and whom a share of the library names."""
    in_common = Organization.objects.filter(group__in=asker.groups.all()).filter(group__in=person.groups.all())
    named = world.library.shares.filter(user=person)
    return asker == person or asker.is_superuser or in_common.exists() or named.exists()


def reasons_shown(world: World, dialect: Dialect) -> None:
    """To everybody about themselves, to owners and administrators about those of whom they may know."""
    if dialect.reasons is None:
        return
    for name, asker in world.users.items():
        for other, person in world.users.items():
            expected = _reasons(world, asker, person)
            assert (name, other, _shown(dialect.reasons, world.clients[name], world.library, other)) == (
                name,
                other,
                expected,
            )


def _reasons(world: World, asker: User, person: User) -> Any:
    explanation = explain(person, world.library)
    if not asker.is_active:
        return 401
    if not can(asker, world.library, Action.VIEW):
        return 404
    if asker != person and not can(asker, world.library, Action.TRANSFER):
        return 403
    if not _knows(world, asker, person):
        return 404
    return explanation.level, {reason.share.principal_name: reason.effect for reason in explanation.reasons}


def _shown(ask: Callable[..., Any], *arguments: Any) -> Any:
    """The dialect's answer, or the status with which it refused."""
    try:
        return ask(*arguments)
    except Refused as refusal:
        return refusal.status
