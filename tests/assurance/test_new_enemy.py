"""The new enemy: somebody whose share was taken away, and who asks another process at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from tests.assurance.served import Caller, serving
from tests.figures import ROUNDS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.figure]
SHARE = "/api/libraries/handbook/shares/erin"
MAY_ERIN_READ = {
    "subject": {"type": "user", "id": "erin"},
    "action": {"name": "read"},
    "resource": {"type": "library", "id": "acme.handbook"},
}


@pytest.fixture
def callers(world, key_for, tmp_path) -> Iterator[list[tuple[Caller, Caller]]]:
    """Alice and erin, at each of two servers on one database."""
    keys = [key_for(username) for username in ("alice", "erin")]
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(tmp_path / name)) for name in ("one", "two")]
        one, two = ([stack.enter_context(closing(Caller(server, key))) for key in keys] for server in servers)
        yield [(one[0], one[1]), (two[0], two[1])]


def says_yes(erin: Caller) -> list[bool]:
    """Whether the evaluation, the library itself and the list say that she may read it."""
    _, decided = erin.ask("POST", "/access/v1/evaluation", MAY_ERIN_READ)
    status, _ = erin.ask("GET", "/api/libraries/acme.handbook")
    _, listed = erin.ask("GET", "/api/libraries?q=handbook")
    assert status in (200, 404)
    return [decided["decision"], status == 200, bool(listed["_embedded"]["inf:library"])]


def test_what_one_process_revoked_no_other_says_yes_to(callers, figure):
    """And what it gave, every other says yes to. The two take turns."""
    stale = 0
    for number in range(ROUNDS):
        alice, erin = callers[number % 2][0], callers[1 - number % 2][1]
        assert alice.ask("PUT", SHARE, {"accessLevel": 1})[0] == 200
        assert says_yes(erin) == [True] * 3
        assert alice.ask("DELETE", SHARE)[0] == 204
        stale += sum(says_yes(erin))
    figure(f"{stale} stale of {3 * ROUNDS} answers in {ROUNDS} rounds")
    assert stale == 0
