"""Each call about a library, by everybody, under each of its names: one's own, another organization's, a deleted one, none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.matrix.calls import CALLS, About, Call, about
from tests.matrix.cast import ACTORS, DELETED, NEVER, OTHER, OWN, TARGETS, Actor, World

LEAST = 5000
EACH = pytest.mark.parametrize("call", CALLS, ids=str)
REQUEST_ID = "the-same-for-all"


@pytest.fixture
def table(world: None) -> World:
    return World.build()


def expected(call: Call, actor: Actor, target: str) -> int:
    """By the rules alone: credential, scope, what one may not see, what one may not do."""
    if actor.refused:
        return 401
    if not actor.has(call.scope):
        return 403
    may = actor.may_do_to(target)
    if "view_library" not in may:
        return 404
    return call.ok if call.needs in may else 403


def cells(call: Call) -> Iterator[tuple[Actor, str, str]]:
    for actor in ACTORS:
        for target in TARGETS:
            for form in call.names:
                yield actor, target, form


def made(table: World, call: Call, actor: Actor, what: About) -> Any:
    """The answer; whatever it changed is taken back."""
    path = call.path(what).replace("{me}", actor.user or "nobody")
    with transaction.atomic():
        answer = table.clients[actor.name].send(call.method, path, call.body(what), X_Request_ID=REQUEST_ID)
        transaction.set_rollback(True)
    return answer


@EACH
def test_it_is_for_whom_the_rules_let(table: World, call: Call) -> None:
    wrong = []
    for actor, target, form in cells(call):
        what = about(target, table.libraries[target], form, table.shares[target])
        answer = made(table, call, actor, what)
        if answer.status_code != expected(call, actor, target):
            wrong.append((actor.name, target, form, answer.status_code, expected(call, actor, target)))
    assert wrong == []


@EACH
def test_what_one_may_not_see_looks_like_what_is_not_there(table: World, call: Call) -> None:
    """The status, every byte of headers and body, and the number of queries."""
    for actor in ACTORS:
        for form in call.names:
            hidden = [target for target in (OWN, OTHER) if "view_library" not in actor.may_do_to(target)]
            faces = {target: face(table, call, actor, target, form) for target in (*hidden, DELETED, NEVER)}
            assert len(set(faces.values())) == 1, (actor.name, form, faces)


def face(table: World, call: Call, actor: Actor, target: str, form: str) -> tuple[Any, ...]:
    """All that the caller gets to know, with the name that was asked for taken out."""
    what = about(target, table.libraries[target], form, table.shares[target])
    with CaptureQueriesContext(connection) as queries:
        answer = made(table, call, actor, what)
    text = json.dumps([dict(answer.headers), answer.content.decode()])
    for named in what.names_in_paths:
        text = text.replace(named, "…")
    return answer.status_code, text, len(queries)


def test_there_are_enough_cells() -> None:
    assert sum(len(list(cells(call))) for call in CALLS) >= LEAST
