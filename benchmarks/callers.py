"""Who calls the API in a benchmark, and what they ask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.test import Client

from benchmarks.world import World
from libraries.models import OPERATOR, Library, User
from libraries.people.administrators import set_administrator
from libraries.people.keys import create_api_key


@dataclass(frozen=True)
class Caller:
    """An account with a key."""

    user: User

    @cached_property
    def key(self) -> str:
        return create_api_key(user=self.user, name="benchmark", actor=OPERATOR)[1]

    @cached_property
    def _client(self) -> Client:
        return Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {self.key}"})

    def ask(self, method: str, path: str, body: bytes = b"") -> Any:
        """The answer of the application in this process, which is a good one."""
        answer = self._client.generic(method, path, body, content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        return answer


def make_administrator(library: Library) -> Caller:
    """An account that administers the library's organization and has no share of its own."""
    user = User.objects.create(username="administrator")
    user.groups.add(library.organization.group_id)
    set_administrator(organization=library.organization, user=user, administrator=True, actor=OPERATOR)
    return Caller(user)


def evaluation(user: str, library: str) -> dict[str, Any]:
    """May the user read the library? As AuthZEN asks it."""
    return {
        "subject": {"type": "user", "id": user},
        "action": {"name": "read"},
        "resource": {"type": "library", "id": library},
    }


def readers_of(world: World, number: int) -> list[tuple[str, str]]:
    """So many libraries, each with a user who has a share of it: names of users and libraries."""
    asked = ((n % world.libraries * 31 + 1) % world.users for n in range(number))
    return [(f"user-{user}", f"library-{n % world.libraries}") for n, user in enumerate(asked)]
