"""What a decision costs here and on bare django-guardian, in the same run: see benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from guardian.backends import ObjectPermissionBackend
from guardian.shortcuts import get_objects_for_user, get_users_with_perms

from benchmarks.measure import milliseconds, print_table
from benchmarks.world import World, empty_the_database
from libraries.access.check import can
from libraries.access.lists import count_visible_libraries, visible_libraries, visible_libraries_by_page, who_can
from libraries.models import OPERATOR, Library, User
from libraries.principals import named
from libraries.rules.levels import Action, Level
from libraries.sharing.share import share_library

SIZES = (100, 100_000)
PERMISSION = f"libraries.{Action.VIEW}"


def main() -> None:
    """Build a world of each size in an empty PostgreSQL database and print what each question takes."""
    for libraries in SIZES:
        connection.ensure_connection()
        empty_the_database()
        world = World(libraries=libraries)
        world.build()
        print(f"\n{libraries:,} libraries, {world.users:,} users; medians in milliseconds\n")
        print_table(("question", "here", "django-guardian", "ratio"), _rows(world))


def _rows(world: World) -> Iterator[tuple[str, ...]]:
    user, library, few = world.user, world.library, _sees_one(world.library)
    guardian = ObjectPermissionBackend()
    yield _row(
        "may this user read this library?",
        lambda: can(_fresh(user), library, Action.VIEW),
        lambda: guardian.has_perm(_fresh(user), PERMISSION, library),
    )
    for name, reader in (("many", user), ("one", few)):
        number = visible_libraries(reader).count()
        yield _row(
            f"first 50 by name of {number:,} that a user reads ({name})",
            lambda reader=reader: _page(visible_libraries_by_page(reader)),
            lambda reader=reader: _page(_by_guardian(reader)),
        )
        yield _row(
            f"how many a user reads ({name})",
            lambda reader=reader: count_visible_libraries(reader),
            lambda reader=reader: _by_guardian(reader).count(),
        )
    yield _row(
        "how many users read this library?",
        lambda: who_can(library, Action.VIEW).count(),
        lambda: get_users_with_perms(library, only_with_perms_in=[Action.VIEW]).count(),
    )


def _fresh(user: User) -> User:
    """The user as a new request has them: without the groups that guardian would keep on one it asked about before."""
    return User(pk=user.pk, username=user.username, is_active=True)


def _sees_one(library: Library) -> User:
    """A user who reads one library by a share of their own."""
    user = User.objects.create(username="reads-one")
    user.groups.add(library.organization.group_id)
    share_library(library=library, principal=named(user.username), level=Level.READER, actor=OPERATOR)
    return user


def _by_guardian(user: User) -> Any:
    return get_objects_for_user(_fresh(user), PERMISSION, accept_global_perms=False)


def _page(libraries: Any) -> list[Library]:
    return list(libraries.order_by("name", "id")[:50])


def _row(question: str, here: Callable[[], Any], guardian: Callable[[], Any]) -> tuple[str, ...]:
    ours, theirs = (milliseconds(run, times=50, warm_up=5) for run in (here, guardian))
    return question, f"{ours:.2f}", f"{theirs:.2f}", f"{theirs / ours:.1f}"


if __name__ == "__main__":
    main()
