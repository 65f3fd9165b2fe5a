"""The same world on any database, row by row: for small ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from libraries.models import Library, Organization, Share, Team, User
from libraries.rules.levels import Kind, Level
from libraries.sharing import grants

TEAMS = 100
TEAMS_OF_A_USER = 10
BATCH = 500


def fill(organization: Organization, libraries: int, users: int) -> None:
    """Users, memberships, libraries, shares and grants as `World` has them; the teams are there."""
    teams = {team.slug: team for team in Team.objects.select_related("group")}
    people = User.objects.bulk_create(User(username=f"user-{n}", email=f"user-{n}@acme.example") for n in range(users))
    member = User.groups.through
    member.objects.bulk_create(member(user=user, group_id=organization.group_id) for user in people)
    member.objects.bulk_create(
        member(user=user, group_id=teams[f"team-{(n * 7 + k * 9) % TEAMS}"].group_id)
        for n, user in enumerate(people)
        for k in range(TEAMS_OF_A_USER)
    )
    made = Library.objects.bulk_create(
        Library(natural_id=f"library-{n}", name=f"Library {n}", organization=organization, share_count=3 + n % 2)
        for n in range(libraries)
    )
    shares = (share for n, library in enumerate(made) for share in _shares(n, library, people, teams))
    while batch := list(islice(shares, BATCH)):
        Share.objects.bulk_create(batch)
        grants.put_all(cast(Any, batch))


def _shares(n: int, library: Library, people: list[User], teams: dict[str, Team]) -> Iterator[Share]:
    owner, reader = people[n % len(people)], people[(n * 31 + 1) % len(people)]
    yield Share(library=library, kind=Kind.USER, user=owner, level=Level.OWNER)
    if reader != owner:
        yield Share(library=library, kind=Kind.USER, user=reader, level=Level.READER)
    yield Share(library=library, kind=Kind.TEAM, team=teams[f"team-{n % TEAMS}"], level=Level.READER)
    if n % 2:
        yield Share(library=library, kind=Kind.TEAM, team=teams[f"team-{(n + 50) % TEAMS}"], level=Level.EDITOR)
