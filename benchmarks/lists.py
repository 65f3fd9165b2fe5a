"""Which may they, how many, and who may? Beside guardian's shortcuts, given the same order and slice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from guardian.shortcuts import get_objects_for_user, get_users_with_perms

from benchmarks.guardian_peer import fresh, generic
from benchmarks.marks import (
    COUNT_FEW,
    COUNT_MANY,
    DIRECT,
    FIRST_50_FEW,
    FIRST_50_MANY,
    GENERIC,
    WHO_CAN,
)
from benchmarks.measure import in_agreement, in_turns
from benchmarks.plan import Plan
from benchmarks.results import HERE, Row, rows_of
from benchmarks.world import World
from libraries.access.lists import count_visible_libraries, visible_libraries_by_page, who_can
from libraries.models import OPERATOR, Library, Team, User
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing.share import share_library

PERMISSION = f"libraries.{Action.VIEW}"
FEW = 10
TEAMS_THAT_READ_HALF = 34

Askers = dict[str, Callable[[], Any]]


def make_readers(world: World) -> dict[str, User]:
    """One who reads ten libraries by shares of their own, and one who reads half of them through teams."""
    some = world.library
    few, many = (User.objects.create(username=f"reads-{name}") for name in ("few", "many"))
    for reader in (few, many):
        reader.groups.add(some.organization.group_id)
    many.groups.add(*Team.objects.order_by("pk").values_list("group", flat=True)[:TEAMS_THAT_READ_HALF])
    for library in Library.objects.order_by("natural_id")[:FEW]:
        share_library(library=library, principal=named(few.username), level=Level.READER, actor=OPERATOR)
    for team in Team.objects.all():
        share_library(library=some, principal=named(f"team:{team.slug}"), level=Level.READER, actor=OPERATOR)
    return {"few": few, "many": many}


def measure(world: World, readers: dict[str, User], plan: Plan) -> Iterator[Row]:
    for reader, first, count in (
        (readers["few"], FIRST_50_FEW, COUNT_FEW),
        (readers["many"], FIRST_50_MANY, COUNT_MANY),
    ):
        yield from rows_of("lists", first, world.libraries, in_turns(in_agreement(_first_50(reader, plan)), plan.pace))
        yield from rows_of("lists", count, world.libraries, in_turns(in_agreement(_count(reader, plan)), plan.pace))
    yield from rows_of(
        "lists", WHO_CAN, world.libraries, in_turns(in_agreement(_who_can(world.library, plan)), plan.pace)
    )


def _first_50(user: User, plan: Plan) -> Askers:
    return _askers(
        lambda: _page(visible_libraries_by_page(user)),
        lambda: _page(_by_guardian(user)),
        plan,
    )


def _count(user: User, plan: Plan) -> Askers:
    return _askers(lambda: count_visible_libraries(user), lambda: _by_guardian(user).count(), plan)


def _who_can(library: Library, plan: Plan) -> Askers:
    return _askers(
        lambda: who_can(library, Action.VIEW).count(),
        lambda: _users_by_guardian(library).count(),
        plan,
    )


def _askers(here: Callable[[], Any], guardian: Callable[[], Any], plan: Plan) -> Askers:
    return {HERE: here, DIRECT: guardian, **({GENERIC: generic(guardian)} if plan.generic else {})}


def _by_guardian(user: User) -> Any:
    return get_objects_for_user(fresh(user), PERMISSION, accept_global_perms=False)


def _users_by_guardian(library: Library) -> Any:
    return get_users_with_perms(library, only_with_perms_in=[Action.VIEW])


def _page(libraries: Any) -> list[Any]:
    return list(libraries.order_by("name", "id")[:50])
