"""Links are there exactly when the caller may follow them: every person, library and share of the demo world."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from django.db import transaction

from libraries import demo
from libraries.models import Library, Scope, Share
from libraries.rules.levels import Level
from tests.clients import ApiClient

PEOPLE = [*demo.usernames(), demo.SUPERUSER]
Attempt = tuple[str, str, dict[str, Any] | None]


@pytest.fixture(params=[False, True], ids=["owners share", "editors share"])
def libraries(request, world):
    Library.objects.update(editors_can_share=request.param)
    return Library.objects.all()


def path_of(library: Library) -> str:
    return f"/api/libraries/{library.natural_id}"


def path_of_share(share: Share) -> str:
    return f"{path_of(share.library)}/shares/{share.principal_name}"


def ways_from_library(library: Library) -> dict[str, list[Attempt]]:
    """What each link of a library stands for: one of these calls, at least, is allowed."""
    path = path_of(library)
    return {
        "self": [("GET", path, None)],
        "inf:shares": [("GET", f"{path}/shares", None)],
        "inf:share": [("GET", path_of_share(share), None) for share in shares_of(library)],
        "inf:access": [("GET", f"{path}/access", None)],
        "inf:owner": [("GET", f"{path}/owner", None)],
        "inf:events": [("GET", f"{path}/events", None)],
        "edit": [("PATCH", path, {"name": "X"}), ("PATCH", path, {"editorsCanShare": not library.editors_can_share})],
        "inf:delete": [("DELETE", path, None)],
    }


def ways_from_share(share: Share) -> dict[str, list[Attempt]]:
    path = path_of_share(share)
    return {
        "self": [("GET", path, None)],
        "inf:library": [("GET", path_of(share.library), None)],
        "edit": [("PUT", path, {"accessLevel": 0 if share.level else 1})],
        "inf:delete": [("DELETE", path, None)],
    }


def shares_of(library: Library) -> Any:
    return library.shares.with_principals()


def allowed(client: ApiClient, attempts: list[Attempt]) -> bool:
    """Whether any of the calls is allowed; none of them leaves a trace."""
    statuses = set()
    for method, path, body in attempts:
        with transaction.atomic():
            statuses.add(client.send(method, path, body).status_code)
            transaction.set_rollback(True)
    assert statuses <= {200, 204, 403, 404}
    return bool(statuses & {200, 204})


def links_at(client: ApiClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    return answer.json()["_links"] if answer.status_code == 200 else {}


@pytest.mark.parametrize("username", PEOPLE)
def test_a_library_links_to_what_the_caller_may_do(client_for, libraries, username):
    client = client_for(username)
    for library in libraries:
        links = links_at(client, path_of(library))
        mine: Attempt = ("GET", f"{path_of(library)}/access/{username}", None)
        ways = {**ways_from_library(library), "inf:my-access": [mine]}
        for relation, attempts in ways.items():
            assert (relation in links) == allowed(client, attempts), f"{username} {library.natural_id} {relation}"


@pytest.mark.parametrize("username", PEOPLE)
def test_a_share_links_to_what_the_caller_may_do(client_for, libraries, username):
    client = client_for(username)
    for library in libraries:
        for share in shares_of(library):
            links = links_at(client, path_of_share(share))
            ways = ways_from_share(share)
            if not links:  # the library may be seen where its shares may not
                del ways["inf:library"]
            for relation, attempts in ways.items():
                assert (relation in links) == allowed(client, attempts), (
                    f"{username} {share.library} {share} {relation}"
                )


@pytest.mark.parametrize("username", PEOPLE)
def test_a_key_that_only_reads_is_shown_nothing_else(client_for, libraries, username):
    client = client_for(username, Scope.LIBRARY_READ)
    for library in libraries:
        paths = [path_of(library), *(path_of_share(share) for share in shares_of(library))]
        found = {relation for path in paths for relation in links_at(client, path)}
        reading = {"self", "inf:shares", "inf:share", "inf:library", "inf:access", "inf:my-access", "inf:owner"}
        assert found <= {*reading, "inf:events"}


@pytest.mark.parametrize("username", PEOPLE)
def test_a_list_shows_each_document_as_it_is_alone(client_for, libraries, username):
    client = client_for(username)
    for library in client.get("/api/libraries").json()["_embedded"]["inf:library"]:
        assert library == client.get(library["_links"]["self"]["href"]).json()
        if "inf:shares" in library["_links"]:
            page = client.get(library["_links"]["inf:shares"]["href"]).json()
            for share in page["_embedded"]["inf:share"]:
                assert share == client.get(share["_links"]["self"]["href"]).json()


def ways_from_owner(library: Library) -> dict[str, list[Attempt]]:
    path = path_of(library)
    owner = library.shares.get(level=Level.OWNER).principal_name
    return {
        "self": [("GET", f"{path}/owner", None)],
        "inf:share": [("GET", f"{path}/shares/{owner}", None)],
        "edit": [("PUT", f"{path}/owner", {"username": owner})],
    }


@pytest.mark.parametrize("scopes", [(), (Scope.LIBRARY_READ,)], ids=["all scopes", "reading"])
@pytest.mark.parametrize("username", PEOPLE)
def test_an_owner_links_to_what_the_caller_may_do(client_for, libraries, username, scopes):
    client = client_for(username, *scopes)
    for library in libraries:
        links = links_at(client, f"{path_of(library)}/owner")
        for relation, attempts in ways_from_owner(library).items():
            may = allowed(client, attempts) and (bool(links) or relation != "edit")
            assert (relation in links) == may, f"{username} {library} {relation}"


@pytest.mark.parametrize("username", PEOPLE)
def test_people_and_reasons_link_to_what_the_caller_may_see(client_for, libraries, username):
    get = cache(client_for(username).get)  # many links lead to the same place, and nothing changes meanwhile
    for library in libraries:
        for person in PEOPLE:
            answer = get(f"{path_of(library)}/access/{person}")
            told = answer.json() if answer.status_code == 200 else {"_links": {}, "reasons": []}
            for document in (told, *told["reasons"]):
                for link in document["_links"].values():
                    assert get(link["href"]).status_code == 200
            if told["reasons"]:
                may_see = get(f"{path_of(library)}/shares").status_code == 200
                assert {"inf:share" in reason["_links"] for reason in told["reasons"]} == {may_see}
        page = get(f"{path_of(library)}/access")
        for person in page.json()["_embedded"]["inf:access"] if page.status_code == 200 else ():
            asked = get(f"{path_of(library)}/access/{person['username']}").status_code == 200
            assert ("self" in person["_links"]) == asked


CHANGES: dict[str, dict[str, list[Attempt]]] = {
    "/api/organizations/{}": {"edit": [("PATCH", "", {"name": "X"})]},
    "/api/organizations/{}/members/{}": {"edit": [("PUT", "", {})], "inf:delete": [("DELETE", "", None)]},
    "/api/organizations/{}/teams/{}": {"edit": [("PUT", "", {"name": "X"})], "inf:delete": [("DELETE", "", None)]},
    "/api/organizations/{}/teams/{}/members/{}": {
        "edit": [("PUT", "", {})],
        "inf:delete": [("DELETE", "", None)],
    },
}
"""What the links to changes stand for, by the shape of the address that they are at."""


def shape_of(path: str) -> str:
    """The address without the names of what it is of."""
    _, api, *steps = path.split("/")
    return "/".join(["", api, *(step if number % 2 == 0 else "{}" for number, step in enumerate(steps))])


def documents_below(client: ApiClient, path: str) -> dict[str, Any]:
    """Every document that links lead to from there, by its own address; each link is followed."""
    found: dict[str, Any] = {}
    waiting = [path]
    while waiting:
        here = waiting.pop()
        answer = client.get(here)
        assert answer.status_code == 200, here
        found[here] = answer.json()
        embedded = [row for rows in found[here].get("_embedded", {}).values() for row in rows]
        hrefs = [
            link["href"]
            for document in (found[here], *embedded)
            for relation, link in document.get("_links", {}).items()
            if relation != "curies" and not link.get("templated")
        ]
        waiting += [href for href in dict.fromkeys(hrefs) if href not in found and href not in waiting]
    return found


@pytest.mark.parametrize("scopes", [(), (Scope.LIBRARY_READ,)], ids=["all scopes", "reading"])
@pytest.mark.parametrize("username", PEOPLE)
def test_every_link_can_be_followed_and_every_change_is_linked_where_it_may_be_made(
    client_for, world, username, scopes
):
    client = client_for(username, *scopes)
    for path, document in documents_below(client, "/api/me").items():
        changes = CHANGES.get(shape_of(path), {})
        if path.endswith(f"/members/{username}") and "/teams/" not in path:
            changes = {"edit": changes["edit"]}  # how one leaves is for test_leave.py to follow
        for relation, attempts in changes.items():
            may = allowed_at(client, path, attempts)
            assert (relation in document["_links"]) == may, f"{username} {path} {relation}"


def allowed_at(client: ApiClient, path: str, attempts: list[Attempt]) -> bool:
    """Whether the change is allowed there; a 409 says that one may, once a successor is named."""
    statuses = set()
    for method, _, body in attempts:
        with transaction.atomic():
            statuses.add(client.send(method, path, body).status_code)
            transaction.set_rollback(True)
    assert statuses <= {200, 204, 403, 409}
    return bool(statuses & {200, 204, 409})


def test_the_root_links_to_what_is_there(client_for):
    client = client_for("alice")
    links = client.get("/api/").json()["_links"]
    values = {
        "{id}": "handbook",
        "{principalId}": "alice",
        "{slug}": "acme",
        "{team}": "engineering",
        "{name}": "robot",
    }
    for relation in set(links) - {"curies"}:
        href = links[relation]["href"]
        assert ("{" in href) == links[relation].get("templated", False)
        for name, value in values.items():
            href = href.replace(name, value)
        assert client.get(href.partition("{?")[0]).status_code == 200


LISTS = ["inf:libraries", "inf:shares", "inf:access", "inf:events", "inf:keys", "inf:organizations", "inf:members"]


@pytest.mark.parametrize("relation", [*LISTS, "inf:teams"])
def test_the_templates_name_parameters_that_are_there(client_for, relation):
    client = client_for("alice")
    template = client.get("/api/").json()["_links"][relation]["href"]
    template = template.replace("{id}", "handbook").replace("{slug}", "acme")
    path, _, names = template.removesuffix("}").partition("{?")
    values = {"start": "0", "count": "1", "minLevel": "1", "accessLevel": "1", "kind": "user", "organization": "acme"}
    values |= {"action": "share.created", "since": "2026-01-31T12:00:00Z", "until": "2090-01-31T12:00:00Z"}
    query = "&".join(f"{name}={values.get(name, 'x')}" for name in names.split(","))
    assert client.get(f"{path}?{query}").status_code == 200
