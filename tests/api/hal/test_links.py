"""Links are there exactly when the caller may follow them: every person, library and share of the demo world."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from libraries import demo
from libraries.models import Library, Scope, Share
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
        for relation, attempts in ways_from_library(library).items():
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
        assert found <= {"self", "inf:shares", "inf:share", "inf:library", "inf:events"}


@pytest.mark.parametrize("username", PEOPLE)
def test_a_list_shows_each_document_as_it_is_alone(client_for, libraries, username):
    client = client_for(username)
    for library in client.get("/api/libraries").json()["_embedded"]["inf:library"]:
        assert library == client.get(library["_links"]["self"]["href"]).json()
        if "inf:shares" in library["_links"]:
            page = client.get(library["_links"]["inf:shares"]["href"]).json()
            for share in page["_embedded"]["inf:share"]:
                assert share == client.get(share["_links"]["self"]["href"]).json()


def test_the_root_links_to_what_is_there(client_for):
    client = client_for("alice")
    links = client.get("/api/").json()["_links"]
    values = {"{id}": "handbook", "{principalId}": "alice"}
    for relation in set(links) - {"curies"}:
        href = links[relation]["href"]
        assert ("{" in href) == links[relation].get("templated", False)
        for name, value in values.items():
            href = href.replace(name, value)
        assert client.get(href.partition("{?")[0]).status_code == 200


@pytest.mark.parametrize("relation", ["inf:libraries", "inf:shares", "inf:events"])
def test_the_templates_name_parameters_that_are_there(client_for, relation):
    client = client_for("alice")
    template = client.get("/api/").json()["_links"][relation]["href"].replace("{id}", "handbook")
    path, _, names = template.removesuffix("}").partition("{?")
    values = {"start": "0", "count": "1", "minLevel": "1", "accessLevel": "1", "kind": "user", "organization": "acme"}
    values |= {"action": "share.created", "since": "2026-01-31T12:00:00Z", "until": "2090-01-31T12:00:00Z"}
    query = "&".join(f"{name}={values.get(name, 'x')}" for name in names.split(","))
    assert client.get(f"{path}?{query}").status_code == 200
