"""What a call costs does not grow with what is there: the same at 3 rows and at 300."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from libraries.models import OPERATOR, ApiKey, Event, Library, LibraryUserObjectPermission, Organization, Share, User
from libraries.people.organizations import create_organization
from libraries.people.teams import create_team
from libraries.rules.levels import Action, Kind, Level
from tests.api.hal.calls import HANDBOOK, SHARES
from tests.factories import give as give_to


def queries(call: Callable[[], Any], status: int = 200) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code == status, answer.content
    return len(captured)


def share_with(library: Library, *usernames: str) -> None:
    users = User.objects.bulk_create(User(username=name, email=f"{name}@acme.example") for name in usernames)
    give([(library, user) for user in users])
    Library.objects.filter(pk=library.pk).update(share_count=library.shares.count())


def make_libraries(reader: User, organization: Organization, count: int) -> None:
    """Libraries that the reader may see through a share of their own."""
    made = Library.objects.bulk_create(
        Library(name=f"Library {n}", natural_id=f"library-{count}-{n}", organization=organization) for n in range(count)
    )
    give([(library, reader) for library in made])


def give(pairs: list[tuple[Library, User]]) -> None:
    """READER shares with their grants, many at once."""
    granted_by = User.objects.get(username="alice")
    view = Permission.objects.get(codename=Action.VIEW)
    shares = Share.objects.bulk_create(
        Share(library=library, kind=Kind.USER, user=user, level=Level.READER, granted_by=granted_by)
        for library, user in pairs
    )
    LibraryUserObjectPermission.objects.bulk_create(
        LibraryUserObjectPermission(permission=view, share=share, user=share.user, content_object=share.library)
        for share in shares
    )


@pytest.fixture
def few(handbook):
    share_with(handbook, "one", "two", "three")


@pytest.fixture
def many(handbook):
    def make() -> None:
        share_with(handbook, *(f"guest{n}" for n in range(300)))

    return make


@pytest.mark.parametrize("query", ["", "?count=1000", "?start=2&count=1000", "?kind=user&q=g&accessLevel=1&count=1000"])
def test_a_page_of_shares_is_three_queries(client_for, few, many, query):
    client = client_for("alice")
    assert queries(lambda: client.get(f"{SHARES}{query}")) == 3
    many()
    assert queries(lambda: client.get(f"{SHARES}{query}")) == 3


def test_a_page_of_shares_is_three_queries_however_deep(client_for, many):
    client = client_for("alice")
    many()
    link: str | None = f"{SHARES}?count=50"
    costs = []
    while link:
        costs.append(queries(partial(client.get, link)))
        link = client.get(link).json()["_links"].get("next", {}).get("href")
    last = client.get(SHARES).json()["_links"]["last"]["href"]
    assert set(costs) == {3}
    assert queries(lambda: client.get(last)) == 3
    assert len(costs) == 7


def test_shares_by_name_are_one_query_more_where_there_are_many(client_for, many, monkeypatch):
    client = client_for("alice")
    many()
    for few_names in (0, 1000):
        monkeypatch.setattr("libraries.sharing.search.FEW_NAMES", few_names)
        monkeypatch.setattr("libraries.sharing.search.FEW_SHARES", 100)
        assert queries(lambda: client.get(f"{SHARES}?q=guest")) == 4


@pytest.mark.parametrize("query", ["", "?count=1000", "?start=2&count=1000", "?q=g&count=1000"])
def test_a_page_of_people_is_four_queries(client_for, few, many, query):
    client = client_for("alice")
    assert queries(lambda: client.get(f"{HANDBOOK}/access{query}")) == 4
    many()
    assert queries(lambda: client.get(f"{HANDBOOK}/access{query}")) == 4


def test_a_page_of_people_is_one_query_more_where_some_are_not_named(client_for, few, many, handbook):
    give_to(handbook, "org:globex", Level.READER)
    client = client_for("alice")
    assert queries(lambda: client.get(f"{HANDBOOK}/access")) == 5
    many()
    assert queries(lambda: client.get(f"{HANDBOOK}/access")) == 5


@pytest.mark.parametrize("username", ["alice", "bob"])
@pytest.mark.parametrize("query", ["", "?count=1000", "?q=lib&organization=acme&minLevel=0&count=1000"])
def test_a_page_of_libraries_is_three_queries(client_for, acme, username, query):
    reader = User.objects.get(username=username)
    client = client_for(username)
    make_libraries(reader, acme, 3)
    assert queries(lambda: client.get(f"/api/libraries{query}")) == 3
    make_libraries(reader, acme, 300)
    assert queries(lambda: client.get(f"/api/libraries{query}")) == 3


@pytest.mark.parametrize("query", ["", "?count=1000", "?count=2", "?action=share.created&actor=alice&count=1000"])
@pytest.mark.parametrize(("path", "cost"), [("/api/libraries/handbook/events", 3), ("/api/events", 4)])
def test_a_page_of_events_costs_the_same_however_many_there_are(client_for, handbook, path, cost, query):
    client = client_for("alice")

    def happen(times: int) -> None:
        about = {"library_id": handbook.pk, "organization_id": handbook.organization_id}
        Event.objects.bulk_create(Event(action="share.created", via="x", actor="alice", **about) for _ in range(times))

    happen(3)
    assert queries(lambda: client.get(path + query)) == cost
    happen(300)
    assert queries(lambda: client.get(path + query)) == cost


LISTS = {
    "keys": ("/api/keys", 2),
    "organizations": ("/api/organizations", 2),
    "libraries of an organization": ("/api/organizations/acme/libraries", 4),
    "members": ("/api/organizations/acme/members", 3),
    "teams": ("/api/organizations/acme/teams", 3),
    "members of a team": ("/api/organizations/acme/teams/engineering/members", 4),
}


@pytest.mark.parametrize(("path", "most"), LISTS.values(), ids=LISTS)
def test_a_page_costs_the_same_however_many_there_are(client_for, alice, acme, engineering, path, most):
    client = client_for("alice")

    def make(count: int) -> None:
        users = User.objects.bulk_create(User(username=f"user-{count}-{n}") for n in range(count))
        for group in (acme.group, engineering.group):
            group.user_set.add(*users)
        make_libraries(alice, acme, count)
        ApiKey.objects.bulk_create(
            ApiKey(user=alice, name="x", scopes=[], digest=f"{count * 1000 + n:064x}") for n in range(count)
        )
        for n in range(count // 10):
            team = create_team(organization=acme, slug=f"team-{count}-{n}", name="x", actor=OPERATOR)
            team.group.user_set.add(alice)
            other = create_organization(slug=f"organization-{count}-{n}", name="x", actor=OPERATOR)
            other.group.user_set.add(alice)

    make(30)
    assert queries(lambda: client.get(f"{path}?count=1000")) <= most
    make(300)
    assert queries(lambda: client.get(f"{path}?count=1000")) <= most


CHANGES = {
    "add a member (admin)": ("PUT", "/api/organizations/acme/members/erin", {"administrator": True}, 200, 26),
    "keep a member": ("PUT", "/api/organizations/acme/members/bob", {}, 200, 15),
    "make a team": ("PUT", "/api/organizations/acme/teams/legal", {"name": "Legal"}, 201, 18),
    "add to a team": ("PUT", "/api/organizations/acme/teams/engineering/members/dave", {}, 200, 18),
    "rename": ("PATCH", "/api/organizations/acme", {"name": "ACME"}, 200, 12),
    "make a key": ("POST", "/api/keys", {"name": "x", "scopes": ["library:read"]}, 201, 7),
    "tell what would go": ("DELETE", "/api/organizations/acme/members/bob?dryRun=true", None, 200, 10),
}


@pytest.mark.parametrize(("method", "path", "body", "status", "most"), CHANGES.values(), ids=CHANGES)
def test_a_change_costs_the_same_among_many(client_for, few, many, method, path, body, status, most, request):
    client = client_for("admin" if "(admin)" in request.node.name else "alice")

    def cost() -> int:
        with transaction.atomic():
            found = queries(lambda: client.send(method, path, body), status)
            transaction.set_rollback(True)
        return found

    among_few = cost()
    assert among_few <= most
    many()
    assert cost() == among_few


def test_a_long_page_is_as_long_as_asked_for(client_for, few, many):
    many()
    body = client_for("alice").get(f"{SHARES}?count=1000").json()
    assert body["count"] == body["total"] == 307


CALLS = {
    "make": ("PUT", f"{SHARES}/frank", {"accessLevel": 1, "expiresAt": "2090-01-01T00:00:00Z"}, 200, 12),
    "make for everyone": ("PUT", f"{SHARES}/everyone", {"accessLevel": 1}, 200, 12),
    "make for a team": ("PUT", f"{SHARES}/team:data-science", {"accessLevel": 2}, 200, 12),
    "change": ("PUT", f"{SHARES}/org:acme", {"accessLevel": 0, "note": "Closed"}, 200, 12),
    "keep": ("PUT", f"{SHARES}/org:acme", {"accessLevel": 1}, 200, 7),
    "refuse": ("PUT", f"{SHARES}/nobody", {"accessLevel": 1}, 422, 9),
    "remove": ("DELETE", f"{SHARES}/org:acme", None, 204, 13),
    "get": ("GET", f"{SHARES}/org:acme", None, 200, 3),
    "get owner": ("GET", f"{HANDBOOK}/owner", None, 200, 3),
    "transfer": ("PUT", f"{HANDBOOK}/owner", {"username": "bob"}, 200, 22),
    "explain": ("GET", f"{HANDBOOK}/access/bob", None, 200, 6),
    "explain nobody": ("GET", f"{HANDBOOK}/access/nobody", None, 404, 3),
    "get library": ("GET", HANDBOOK, None, 200, 2),
    "change library": ("PATCH", HANDBOOK, {"name": "The Handbook"}, 200, 10),
    "delete library": ("DELETE", HANDBOOK, None, 204, 17),
}


@pytest.mark.parametrize(("method", "path", "body", "status", "most"), CALLS.values(), ids=CALLS)
def test_a_call_costs_the_same_among_many(client_for, few, many, method, path, body, status, most):
    client = client_for("alice")

    def cost(**condition: str) -> int:
        with transaction.atomic():
            found = queries(lambda: client.send(method, path, body, **condition), status)
            transaction.set_rollback(True)
        return found

    among_few, reads_the_owner = cost(), (method, path) == ("PUT", f"{HANDBOOK}/owner")
    assert among_few <= most
    assert cost(If_None_Match='"other"') == among_few + reads_the_owner  # all else that a condition is about is at hand
    many()
    assert cost() == among_few
