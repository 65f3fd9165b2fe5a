"""One share written, with its grants and its event, beside the bare row of guardian's `assign_perm`."""

from __future__ import annotations

from collections.abc import Iterator

from guardian.shortcuts import assign_perm

from benchmarks.guardian_peer import generic
from benchmarks.marks import ASSIGN_PERM, ONE_SHARE_WRITTEN
from benchmarks.measure import in_turns
from benchmarks.plan import Plan
from benchmarks.results import HERE, Row, rows_of
from benchmarks.world import World
from libraries.models import OPERATOR, User
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing.share import share_library


def measure(world: World, plan: Plan) -> Iterator[Row]:
    """To users who have nothing of that library yet, one after the other."""
    library = world.library
    without = list(User.objects.exclude(shares__library=library).order_by("username")[: (plan.times + 5) * 2])
    ours, theirs = iter(without), iter(without[::-1])

    def share() -> None:
        share_library(library=library, principal=named(next(ours).username), level=Level.READER, actor=OPERATOR)

    def assign() -> None:
        assign_perm(f"libraries.{Action.VIEW}", next(theirs), library)

    timings = in_turns({HERE: share, ASSIGN_PERM: generic(assign)}, plan.pace)
    yield from rows_of("writes", ONE_SHARE_WRITTEN, world.libraries, timings)
