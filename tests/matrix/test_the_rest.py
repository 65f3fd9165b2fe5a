"""Each call that names no library in its path, by everybody: organizations, one's own, decisions, and what is open."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from libraries.models import Scope
from tests.api.test_structure import OF_DIALECTS
from tests.matrix.calls import CALLS, about
from tests.matrix.cast import ACTORS, DELETED, NEVER, OTHER, OWN, TARGETS, Actor, World

READ, WRITE, ASK, ADMIN = Scope.LIBRARY_READ, Scope.LIBRARY_WRITE, Scope.ACCESS_CHECK, Scope.ORGANIZATION_ADMIN
MANAGE = Scope.KEY_MANAGE
ORGANIZATIONS = {OWN: "acme", OTHER: "globex", NEVER: "nobody"}
TEAMS = {OWN: "testers", OTHER: "research", NEVER: "nothing"}
TEAMMATES = {OWN: ("tim",), OTHER: ("frank", "erin"), NEVER: ("nobody",)}
MEMBERS = {OWN: "zoe", OTHER: "greta", NEVER: "nobody"}
FORM = "UUID"
ROBOTS, ROBOT = "/service-accounts", "/service-accounts/robot"
NO_ID = "ffffffff-ffff-7fff-bfff-ffffffffffff"
KEY = {"name": "new", "scopes": ["library:read"]}
REQUEST_ID = "the-same-for-all"


@dataclass(frozen=True)
class OrganizationCall:
    """Below `/api/organizations/{slug}`. runs: whether it is for administrators.

    Members may make the others, apart from those about a team, which are for who is in it.
    """

    method: str
    path: str
    runs: bool
    ok: int = 200
    body: Any = None
    scope: Scope = READ
    further: Scope | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def expected(self, actor: Actor, target: str) -> int:
        if actor.refused:
            return 401
        if not (actor.has(self.scope) and actor.has(self.further)):
            return 403
        slug = ORGANIZATIONS[target]
        if target == NEVER or not actor.sees_organization(slug):
            return 404
        if actor.runs_organization(slug):
            return self.ok
        if self.path == "/members/{member}" and self.method == "DELETE" and actor.user == MEMBERS[target]:
            return self.ok  # anyone may leave (R15)
        if self.runs:
            return 403
        return self.ok if "{team}" not in self.path or actor.user in TEAMMATES[target] else 404


ORGANIZATION_CALLS = (
    OrganizationCall("GET", "", runs=False),
    OrganizationCall("PATCH", "", runs=True, body={"name": "New"}, scope=ADMIN),
    OrganizationCall("GET", "/libraries", runs=False),
    OrganizationCall("GET", "/members", runs=False),
    OrganizationCall("GET", "/members/{member}", runs=False),
    OrganizationCall("PUT", "/members/{member}", runs=True, body={"administrator": True}, scope=ADMIN),
    OrganizationCall("DELETE", "/members/{member}", runs=True, ok=204, scope=ADMIN),
    OrganizationCall("GET", "/teams", runs=False),
    OrganizationCall("GET", "/teams/{team}", runs=False),
    OrganizationCall("PUT", "/teams/{team}", runs=True, body={"name": "New"}, scope=ADMIN),
    OrganizationCall("DELETE", "/teams/{team}", runs=True, ok=204, scope=ADMIN),
    OrganizationCall("GET", "/teams/{team}/members", runs=False),
    OrganizationCall("GET", "/teams/{team}/members/{teammate}", runs=False),
    OrganizationCall("PUT", "/teams/{team}/members/{member}", runs=True, body={}, scope=ADMIN),
    OrganizationCall("DELETE", "/teams/{team}/members/{teammate}", runs=True, ok=204, scope=ADMIN),
    OrganizationCall("GET", ROBOTS, runs=True, scope=ADMIN),
    OrganizationCall("POST", ROBOTS, runs=True, ok=201, body={"name": "new"}, scope=ADMIN),
    OrganizationCall("GET", ROBOT, runs=True, scope=ADMIN),
    OrganizationCall("PATCH", ROBOT, runs=True, body={"displayName": "New"}, scope=ADMIN),
    OrganizationCall("DELETE", ROBOT, runs=True, ok=204, scope=ADMIN),
    OrganizationCall("GET", f"{ROBOT}/keys", runs=True, scope=ADMIN, further=MANAGE),
    OrganizationCall("POST", f"{ROBOT}/keys", runs=True, ok=201, body=KEY, scope=ADMIN, further=MANAGE),
    OrganizationCall("GET", f"{ROBOT}/keys/{NO_ID}", runs=True, ok=404, scope=ADMIN, further=MANAGE),
    OrganizationCall("DELETE", f"{ROBOT}/keys/{NO_ID}", runs=True, ok=404, scope=ADMIN, further=MANAGE),
)


@pytest.fixture
def table(world: None) -> World:
    return World.build()


def sent(table: World, actor: Actor, method: str, path: str, body: Any = None) -> Any:
    """The answer; whatever it changed is taken back."""
    with transaction.atomic():
        answer = table.clients[actor.name].send(method, path, body, X_Request_ID=REQUEST_ID)
        transaction.set_rollback(True)
    return answer


def path_of(call: OrganizationCall, target: str) -> str:
    below = call.path.format(team=TEAMS[target], member=MEMBERS[target], teammate=TEAMMATES[target][0])
    return f"/api/organizations/{ORGANIZATIONS[target]}{below}"


@pytest.mark.parametrize("call", ORGANIZATION_CALLS, ids=str)
def test_an_organization_is_for_its_members_and_run_by_its_administrators(table: World, call: OrganizationCall) -> None:
    wrong = []
    for actor in ACTORS:
        for target in ORGANIZATIONS:
            status = sent(table, actor, call.method, path_of(call, target), call.body).status_code
            if status != call.expected(actor, target):
                wrong.append((actor.name, target, status, call.expected(actor, target)))
    assert wrong == []


@pytest.mark.parametrize("call", ORGANIZATION_CALLS, ids=str)
def test_an_organization_that_one_is_not_in_looks_like_none(table: World, call: OrganizationCall) -> None:
    """The names of its teams and people too."""
    for actor in ACTORS:
        hidden = [target for target in (OWN, OTHER) if not actor.sees_organization(ORGANIZATIONS[target])]
        faces = {target: face(table, actor, call, target) for target in (*hidden, NEVER)}
        assert len(set(faces.values())) == 1, (actor.name, faces)


def face(table: World, actor: Actor, call: OrganizationCall, target: str) -> tuple[Any, ...]:
    """All that the caller gets to know, with the path that was asked for taken out."""
    path = path_of(call, target)
    with CaptureQueriesContext(connection) as queries:
        answer = sent(table, actor, call.method, path, call.body)
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    text = json.dumps([headers, answer.content.decode()]).replace(path, "…")
    return answer.status_code, text, len(queries)


@dataclass(frozen=True)
class OwnCall:
    """About the caller alone, or nobody. expected: the status for a key that carries the scope."""

    method: str
    path: str
    scope: Scope | None
    expected: Callable[[Actor], int] = lambda actor: 200
    body: Any = None
    is_open: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _asking(**named: Any) -> dict[str, Any]:
    """What is asked of decisions about the libraries of nobody."""
    return {"subject": {"type": "user", "id": "nobody"}, "action": {"name": "read"}, **named}


NOTHING = {"resource": {"type": "library", "id": "nothing"}}
NEW_LIBRARY = {"name": "New", "organization": "acme"}
NO_KEY = f"/api/keys/{NO_ID}"


def _in_acme(actor: Actor) -> int:
    return 201 if actor.member_of == "acme" else 422


def _member_of_globex(actor: Actor) -> int:
    return 200 if actor.member_of == "globex" else 422


def _superusers(actor: Actor) -> int:
    return 200 if actor.is_superuser else 403


def _administrators(actor: Actor) -> int:
    return 200 if actor.is_superuser or actor.administers else 403


OWN_CALLS = (
    OwnCall("GET", "/api/", READ),
    OwnCall("GET", "/api/me", READ),
    OwnCall("PATCH", "/api/me", WRITE, lambda actor: 200, {"defaultOrganization": None}),
    OwnCall("PATCH", "/api/me", WRITE, lambda actor: 422, {"defaultOrganization": "nobody"}),
    OwnCall("PATCH", "/api/me", WRITE, _member_of_globex, {"defaultOrganization": "globex"}),
    OwnCall("GET", "/api/keys", MANAGE),
    OwnCall("POST", "/api/keys", MANAGE, lambda actor: 201, KEY),
    OwnCall("GET", NO_KEY, MANAGE, lambda actor: 404),
    OwnCall("DELETE", NO_KEY, MANAGE, lambda actor: 404),
    OwnCall("GET", "/api/libraries", READ),
    OwnCall("POST", "/api/libraries", WRITE, _in_acme, NEW_LIBRARY),
    OwnCall("GET", "/api/organizations", READ),
    OwnCall(
        "POST",
        "/api/organizations",
        ADMIN,
        lambda actor: 201 if actor.is_superuser else 403,
        {"slug": "new", "name": "New"},
    ),
    OwnCall("GET", "/api/events", ADMIN, _administrators),
    OwnCall("GET", "/v1/libraries", READ),
    OwnCall("POST", "/v1/libraries", WRITE, lambda actor: 201 if actor.member_of else 422, {"name": "New"}),
    OwnCall("GET", "/v1/datasets", READ),
    OwnCall("GET", "/v1/datasets/query/name/handbook", READ),
    OwnCall("GET", "/v1beta/corpora", READ),
    OwnCall("GET", "/v1beta/tunedModels", READ),
    OwnCall("POST", "/v1beta/corpora", WRITE, lambda actor: 200 if actor.member_of else 400, {"displayName": "New"}),
    OwnCall("POST", "/access/v1/evaluation", ASK, _superusers, _asking(**NOTHING)),
    OwnCall("POST", "/access/v1/evaluations", ASK, lambda actor: 200, {"evaluations": [_asking(**NOTHING)]}),
    OwnCall("POST", "/access/v1/search/resource", ASK, _administrators, _asking(resource={"type": "library"})),
    OwnCall(
        "POST", "/access/v1/search/subject", ASK, _administrators, {**_asking(**NOTHING), "subject": {"type": "user"}}
    ),
    OwnCall("POST", "/access/v1/search/action", ASK, _administrators, _asking(**NOTHING)),
    OwnCall("GET", "/.well-known/authzen-configuration", None, is_open=True),
    OwnCall("GET", "/api/schema/", None, is_open=True),
    OwnCall("GET", "/api/docs/", None, is_open=True),
)


@pytest.mark.parametrize("call", OWN_CALLS, ids=str)
def test_what_is_about_oneself_is_for_everybody_with_the_scope(table: World, call: OwnCall) -> None:
    wrong = []
    for actor in ACTORS:
        expected = 401 if actor.refused else 403 if not actor.has(call.scope) else call.expected(actor)
        if call.is_open:
            expected = 200
        status = sent(table, actor, call.method, call.path, call.body).status_code
        if status != expected:
            wrong.append((actor.name, status, expected))
    assert wrong == []


@pytest.mark.parametrize("action", ["read", "write", "share", "delete"])
def test_a_decision_is_what_the_rules_say_and_about_others_for_who_may_ask(table: World, action: str) -> None:
    """The library's name stands in the body: what one may not see is decided like what is not there."""
    needed = {"read": "view", "write": "change"}.get(action, action) + "_library"
    for asker in ACTORS:
        for target in TARGETS:
            for subject in ACTORS:
                if asker.refused or subject.refused or not (asker.has(ASK) and asker.user and subject.user):
                    continue
                body = {
                    "subject": {"type": "user", "id": subject.user},
                    "action": {"name": action},
                    "resource": {"type": "library", "id": str(table.libraries[target].pk)},
                }
                answer = sent(table, asker, "POST", "/access/v1/evaluation", body)
                about_oneself = asker.user == subject.user
                runs = target in (OWN, OTHER) and asker.runs_organization(ORGANIZATIONS[target])
                if not (about_oneself or runs or asker.is_superuser):
                    assert answer.status_code == 403, (asker.name, subject.name, target)
                    continue
                assert answer.json()["decision"] == (needed in subject.may_do_to(target)), (
                    asker.name,
                    subject.name,
                    target,
                )


def test_every_route_is_in_a_table(table: World) -> None:
    """A call that is added to the service and to none of these tables is missed here."""
    what = about(OWN, table.libraries[OWN], FORM, table.shares[OWN])
    paths = {(call.method, call.path(what).replace("{me}", "bob")) for call in CALLS}
    paths |= {(call.method, path_of(call, OWN)) for call in ORGANIZATION_CALLS}
    paths |= {(call.method, call.path) for call in OWN_CALLS}
    listed = {(method, resolve(path.partition("?")[0]).route.replace("^", "")) for method, path in paths}
    there = {
        (method.upper(), route.pattern.replace("^", ""))
        for route in OF_DIALECTS
        for method, action in (getattr(route.view, "actions", None) or {}).items()
        if method != "head" and action != "unknown"
    }
    assert there - listed == set()


def test_the_targets_differ(table: World) -> None:
    """One is there and everybody's, one is there and others', one was there, one never was."""
    from libraries.models import Library

    there = set(Library.objects.values_list("pk", flat=True))
    assert [table.libraries[target].pk in there for target in (OWN, OTHER, DELETED, NEVER)] == [
        True,
        True,
        False,
        False,
    ]
