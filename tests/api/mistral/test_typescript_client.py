"""The vendor's TypeScript client, 1.x and 2.x, works by changing its server URL and key."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rest_framework.exceptions import Throttled

from libraries.models import Library, Scope
from tests.api.mistral.bodies import NOBODY, NOT_FOUND, entity, invalid, library_document, sharing
from tests.api.mistral.test_real_client import DOOR, Failing, make_libraries
from tests.real_clients import ClientError, RealClient

DRIVER = Path(__file__).with_name("driver.mjs")
OLD, NEWEST = "mistralai-ts-1", "mistralai-ts-2"
EMPTY: dict[str, Any] = {}


@dataclass
class Caller:
    """A person with the vendor's client. Its methods are named as under `client.beta.libraries`."""

    process: RealClient
    key: str
    retry: bool = False

    def __call__(self, operation: str, *arguments: Any) -> Any:
        return self.process.call(operation, key=self.key, retry=self.retry, arguments=arguments)

    def refused(self, operation: str, *arguments: Any) -> tuple[str, int | None, Any]:
        """The exception's class, its status, and the body that it carries."""
        with pytest.raises(ClientError) as raised:
            self(operation, *arguments)
        return raised.value.kind, raised.value.status, json.loads(raised.value.message)


@pytest.fixture(scope="module", params=[OLD, NEWEST])
def environment(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def process(environment: str, live_server: Any) -> Iterator[RealClient]:
    with RealClient(environment, DRIVER, server_url=live_server.url) as client:
        yield client


@pytest.fixture
def caller_for(process: RealClient, key_for: Any) -> Callable[..., Caller]:
    """`caller_for("alice")`: alice, with a new key."""

    def make(username: str, *scopes: Scope, **options: Any) -> Caller:
        return Caller(process, key_for(username, *scopes), **options)

    return make


def camel_case(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found.group(1).upper(), name)


def as_told(body: dict[str, Any]) -> dict[str, Any]:
    """The body as the client tells it: names in camelCase, and moments to the millisecond."""
    told = {camel_case(name): value for name, value in body.items()}
    return told | {name: f"{told[name][:23]}Z" for name in ("createdAt", "updatedAt") if name in told}


def sharing_in(environment: str, library: str, of: Any, level: str, **more: Any) -> dict[str, Any]:
    """What each line's `updateOrCreate` takes: the document shows 1.x's."""
    name = "sharingIn" if environment == OLD else "sharingRequest"
    return {"libraryId": library, name: {"level": level, **as_told(entity(of)), **more}}


def update_in(environment: str, library: str, **changes: Any) -> dict[str, Any]:
    return {"libraryId": library, "libraryInUpdate" if environment == OLD else "updateLibraryRequest": changes}


def test_it_lists_creates_updates_and_deletes_accesses(caller_for, environment, roadmap, bob, carol, dave, acme):
    """The document's three examples."""
    client, library = caller_for("bob"), {"libraryId": str(roadmap.pk)}
    data_science = roadmap.shares.get(team__slug="data-science").team
    before = [
        as_told(sharing(roadmap, bob, "Owner")),
        as_told(sharing(roadmap, carol, "Editor")),
        as_told(sharing(roadmap, data_science, "Viewer")),
    ]
    assert client("accesses.list", library) == {"data": before}

    in_acme = {"orgId": str(acme.pk)}
    for level in ("Viewer", "Editor"):
        answer = client("accesses.updateOrCreate", sharing_in(environment, str(roadmap.pk), dave, level, **in_acme))
        assert answer == as_told(sharing(roadmap, dave, level))
    of_dave = as_told(sharing(roadmap, dave, "Editor"))
    assert client("accesses.list", library) == {"data": [*before, of_dave]}

    deletion = {**library, "sharingDelete": {**as_told(entity(dave)), **in_acme}}
    assert client("accesses.delete", deletion) == of_dave
    assert client("accesses.list", library) == {"data": before}


def test_workspaces_and_organizations_are_shared_with_alike(caller_for, environment, roadmap, engineering, acme):
    client, in_acme = caller_for("bob"), {"orgId": str(acme.pk)}
    for of in (engineering, acme):
        answer = client("accesses.updateOrCreate", sharing_in(environment, "roadmap", of, "Viewer", **in_acme))
        assert answer == as_told(sharing(roadmap, of, "Viewer"))
        deletion = {"libraryId": "roadmap", "sharingDelete": {**as_told(entity(of)), **in_acme}}
        assert client("accesses.delete", deletion) == answer


def test_it_creates_reads_changes_and_deletes_libraries(caller_for, environment, bob):
    client = caller_for("bob")
    made = client("create", {"name": "Field Guide", "description": "Birds", "chunkSize": 512})
    library = Library.objects.get(name="Field Guide")
    told = {"owner_id": str(bob.pk), "description": "Birds"}
    assert made == client("get", {"libraryId": made["id"]}) == as_told(library_document(library, **told))

    changed = client("update", update_in(environment, made["id"], name="Bird Guide", description=None))
    library.refresh_from_db()
    assert changed == as_told(library_document(library, owner_id=str(bob.pk), name="Bird Guide"))

    assert client("delete", {"libraryId": made["id"]}) == changed
    assert not Library.objects.filter(pk=library.pk).exists()


@pytest.mark.parametrize("environment", [NEWEST], indirect=True)
def test_the_newest_walks_through_every_page(caller_for, acme, alice):
    client, made = caller_for("alice"), make_libraries(5, acme, alice)
    found, token = [], None
    while True:
        page = client("list", {"pageSize": 3, **({"pageToken": token} if token else {})})
        found += page["data"]
        assert ("pagination" in page) == (token is None)
        token = page["nextPageToken"]
        if token is None:
            break
    assert names(found) == names(client("list", EMPTY)["data"]) == ["Handbook", *made, "Press Kit", "Roadmap"]
    assert names(client("list", {"search": "KIT"})["data"]) == ["Press Kit"]
    assert names(client("list", {"filterOwnedByMe": True})["data"]) == ["Handbook", "Press Kit"]


@pytest.mark.parametrize("environment", [OLD], indirect=True)
def test_the_old_one_knows_no_pages_and_gets_everything_at_once(caller_for, acme, alice):
    made = make_libraries(101, acme, alice)
    assert names(caller_for("alice")("list")["data"]) == ["Handbook", *made, "Press Kit", "Roadmap"]


def names(libraries: list[Any]) -> list[str]:
    return [library["name"] for library in libraries]


def test_what_is_not_valid_is_the_client_s_http_validation_error(caller_for, roadmap, dave):
    client = caller_for("bob")
    elsewhere = {"libraryId": "roadmap", "sharingDelete": {**as_told(entity(dave)), "orgId": NOBODY}}
    other_organization = invalid(("org_id", "This is not the library's organization.", "value_error"))
    assert client.refused("accesses.delete", elsewhere) == ("HTTPValidationError", 422, other_organization)

    no_name = invalid(("name", "This field may not be blank.", "string_too_short"))
    assert client.refused("create", {"name": ""}) == ("HTTPValidationError", 422, no_name)


def test_every_other_refusal_is_the_client_s_sdk_error(caller_for, process, environment, roadmap, bob):
    own = {"detail": "Owners cannot change or remove their own access. Transfer the library instead."}
    bobs, library = caller_for("bob"), {"libraryId": "roadmap"}
    viewer = sharing_in(environment, "roadmap", bob, "Viewer")

    assert bobs.refused("accesses.updateOrCreate", viewer) == ("SDKError", 403, own)
    wrong_key = {"detail": "The key is unknown, expired or revoked."}
    assert Caller(process, "wrong").refused("get", library) == ("SDKError", 401, wrong_key)
    narrow = {"detail": "The key lacks the scope library:write."}
    assert caller_for("bob", Scope.LIBRARY_READ).refused("delete", library) == ("SDKError", 403, narrow)
    for operation in ("get", "delete", "accesses.list"):
        assert caller_for("erin").refused(operation, library) == ("SDKError", 404, NOT_FOUND)


def test_a_client_set_to_retry_gets_through(caller_for, handbook, monkeypatch):
    client = caller_for("alice", retry=True)
    for accident in (Throttled(), RuntimeError()):
        door = Failing(accident, times=2)
        monkeypatch.setattr(DOOR, door)
        assert client("get", {"libraryId": "handbook"})["id"] == str(handbook.pk)
        assert door.calls == 3
