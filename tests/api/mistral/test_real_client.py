"""The vendor's own client, newest and 1.9, sync and async, works by changing its base URL and key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.exceptions import Throttled

from libraries.access import check
from libraries.models import Library, Organization, Scope, Share, User
from libraries.rules.levels import Kind, Level
from tests.api.mistral.bodies import NOBODY, NOT_FOUND, entity, invalid, library_document, sharing
from tests.real_clients import ClientError, RealClient

DRIVER = Path(__file__).with_name("driver.py")
DOOR = "libraries.api.views.get_library_for"
NEWEST, OLD = "mistralai", "mistralai-1.9"


@dataclass
class Caller:
    """A person with the vendor's client. Its methods are named as under `client.beta.libraries`."""

    process: RealClient
    key: str
    asynchronous: bool
    retry: bool = False

    def __call__(self, operation: str, **arguments: Any) -> Any:
        return self.process.call(
            operation, key=self.key, asynchronous=self.asynchronous, retry=self.retry, arguments=arguments
        )

    def refused(self, operation: str, **arguments: Any) -> tuple[str, int | None, Any]:
        """The exception's class, its status, and the body that it carries."""
        with pytest.raises(ClientError) as raised:
            self(operation, **arguments)
        return raised.value.kind, raised.value.status, json.loads(raised.value.message)


@pytest.fixture(scope="module", params=[NEWEST, OLD])
def environment(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def process(environment: str, live_server: Any) -> Iterator[RealClient]:
    with RealClient(environment, DRIVER, server_url=live_server.url) as client:
        yield client


@pytest.fixture(params=["sync", "async"])
def caller_for(request: pytest.FixtureRequest, process: RealClient, key_for: Any) -> Callable[..., Caller]:
    """`caller_for("alice")`: alice, with a new key."""

    def make(username: str, *scopes: Scope, **options: Any) -> Caller:
        return Caller(process, key_for(username, *scopes), request.param == "async", **options)

    return make


def test_it_lists_creates_updates_and_deletes_accesses(caller_for, roadmap, bob, carol, dave, acme):
    client, library = caller_for("bob"), {"library_id": str(roadmap.pk)}
    data_science = roadmap.shares.get(team__slug="data-science").team
    before = [
        sharing(roadmap, bob, "Owner"),
        sharing(roadmap, carol, "Editor"),
        sharing(roadmap, data_science, "Viewer"),
    ]
    assert client("accesses.list", **library) == {"data": before}

    of_dave = {**library, **entity(dave), "org_id": str(acme.pk)}
    for level in ("Viewer", "Editor"):
        answer = client("accesses.update_or_create", **of_dave, level=level)
        assert answer == sharing(roadmap, dave, level)
    assert client("accesses.list", **library) == {"data": [*before, sharing(roadmap, dave, "Editor")]}

    assert client("accesses.delete", **of_dave) == sharing(roadmap, dave, "Editor")
    assert client("accesses.list", **library) == {"data": before}


def test_workspaces_and_organizations_are_shared_with_alike(caller_for, roadmap, engineering, acme):
    client = caller_for("bob")
    for of in (engineering, acme):
        whose = {"library_id": "roadmap", "org_id": str(acme.pk), **entity(of)}
        assert client("accesses.update_or_create", **whose, level="Viewer") == sharing(roadmap, of, "Viewer")
        assert client("accesses.delete", **whose) == sharing(roadmap, of, "Viewer")


def test_it_creates_reads_changes_and_deletes_libraries(caller_for, bob):
    client = caller_for("bob")
    made = client("create", name="Field Guide", description="Birds", chunk_size=512)
    library = Library.objects.get(name="Field Guide")
    told = {"owner_id": str(bob.pk), "description": "Birds"}
    assert made == client("get", library_id=made["id"]) == library_document(library, **told)

    changed = client("update", library_id=made["id"], name="Bird Guide", description=None)
    library.refresh_from_db()
    assert changed == library_document(library, owner_id=str(bob.pk), name="Bird Guide")

    assert client("delete", library_id=made["id"]) == changed
    assert not Library.objects.filter(pk=library.pk).exists()


def test_the_newest_client_s_older_method_changes_libraries_too(caller_for, environment, roadmap):
    """Its `update` sends a PATCH, and 1.9's a PUT; the newest still has the PUT under another name."""
    put = "libraries_update_v1" if environment == NEWEST else "update"
    client = caller_for("bob")
    assert client(put, library_id="roadmap", description="This year")["description"] == "This year"
    assert client(put, library_id="roadmap", name="Plan")["description"] == "This year"


@pytest.mark.parametrize("environment", [NEWEST], indirect=True)
def test_the_newest_walks_through_every_page(caller_for, acme, alice):
    client = caller_for("alice")
    for walk in (by_token, by_number):
        assert names(walk(client)) == ["Handbook", "Press Kit", "Roadmap"]
    made = make_libraries(5, acme, alice)
    for walk in (by_token, by_number):
        assert names(walk(client)) == ["Handbook", *made, "Press Kit", "Roadmap"]


@pytest.mark.parametrize("environment", [OLD], indirect=True)
def test_the_old_one_knows_no_pages_and_gets_everything_at_once(caller_for, acme, alice):
    made = make_libraries(101, acme, alice)
    assert names(caller_for("alice")("list")["data"]) == ["Handbook", *made, "Press Kit", "Roadmap"]


def names(libraries: Iterable[Any]) -> list[str]:
    return [library["name"] for library in libraries]


def make_libraries(count: int, organization: Organization, owner: User) -> list[str]:
    """Their names, in order."""
    libraries = Library.objects.bulk_create(
        [Library(name=f"Library {n:03}", natural_id=f"library-{n}", organization=organization) for n in range(count)]
    )
    Share.objects.bulk_create(
        [Share(library=library, kind=Kind.USER, user=owner, level=Level.OWNER) for library in libraries]
    )
    return [library.name for library in libraries]


def by_token(client: Caller) -> Iterator[Any]:
    body = client("list", page_size=3)
    yield from body["data"]
    while body["next_page_token"]:
        body = client("list", page_size=3, page_token=body["next_page_token"])
        assert "pagination" not in body
        yield from body["data"]


def by_number(client: Caller) -> Iterator[Any]:
    page, has_more = 0, True
    while has_more:
        body = client("list", page_size=3, page=page)
        yield from body["data"]
        page, has_more = page + 1, body["pagination"]["has_more"]
    assert page == body["pagination"]["total_pages"]


@pytest.mark.parametrize("environment", [NEWEST], indirect=True)
def test_the_newest_may_leave_the_org_id_out(caller_for, roadmap, dave):
    client, whose = caller_for("bob"), {"library_id": str(roadmap.pk), **entity(dave)}
    assert client("accesses.update_or_create", **whose, level="Viewer") == sharing(roadmap, dave, "Viewer")
    assert client("accesses.delete", **whose) == sharing(roadmap, dave, "Viewer")


@pytest.mark.parametrize("environment", [NEWEST], indirect=True)
def test_the_newest_searches_and_filters(caller_for):
    client = caller_for("alice")
    assert names(client("list", search="KIT")["data"]) == ["Press Kit"]
    assert names(client("list", filter_owned_by_me=True)["data"]) == ["Handbook", "Press Kit"]


def test_what_is_not_valid_is_the_client_s_http_validation_error(caller_for, roadmap, dave, acme):
    client = caller_for("bob")
    whose = {"library_id": "roadmap", "org_id": str(acme.pk), **entity(dave)}

    def refused(operation: str, **arguments: Any) -> Any:
        kind, status, body = client.refused(operation, **arguments)
        assert (kind, status) == ("HTTPValidationError", 422)
        return body

    wrong_level = ("level", "Input should be 'Viewer' or 'Editor'.", "enum")
    assert refused("accesses.update_or_create", **whose, level="Owner") == invalid(wrong_level)

    unknown = (
        "share_with_uuid",
        f"No user, team or organization “{NOBODY}” can be given access to this library.",
        "value_error",
    )
    of_nobody = {**whose, "share_with_uuid": NOBODY}
    assert refused("accesses.update_or_create", **of_nobody, level="Viewer") == invalid(unknown)

    other_organization = ("org_id", "This is not the library's organization.", "value_error")
    assert refused("accesses.delete", **{**whose, "org_id": NOBODY}) == invalid(other_organization)

    no_name = ("name", "This field may not be blank.", "string_too_short")
    assert refused("create", name="") == invalid(no_name)
    assert refused("update", library_id="roadmap", name="") == invalid(no_name)


def test_every_other_refusal_is_the_client_s_sdk_error(caller_for, roadmap, bob, acme, settings):
    def refused(client: Caller, operation: str, **arguments: Any) -> tuple[int | None, str]:
        kind, status, body = client.refused(operation, **{"library_id": "roadmap", **arguments})
        assert (kind, body.keys()) == ("SDKError", {"detail"})
        return status, body["detail"]

    bobs, carols, erins = caller_for("bob"), caller_for("carol"), caller_for("erin")
    of_bob = {"org_id": str(acme.pk), **entity(bob)}

    wrong_key = Caller(bobs.process, "wrong", bobs.asynchronous)
    assert refused(wrong_key, "get") == (401, "The key is unknown, expired or revoked.")
    narrow = caller_for("bob", Scope.LIBRARY_READ)
    assert refused(narrow, "delete") == (403, "The key lacks the scope library:write.")
    assert refused(carols, "delete") == (403, "You may not delete this library. Ask an owner of it.")
    own = "Owners cannot change or remove their own access. Transfer the library instead."
    assert refused(bobs, "accesses.delete", **of_bob) == (403, own)
    assert refused(bobs, "accesses.update_or_create", **of_bob, level="Viewer") == (403, own)
    assert refused(carols, "accesses.delete", **of_bob) == (403, "You may not share this library. Ask an owner of it.")
    for operation in ("get", "delete", "accesses.list"):
        assert refused(erins, operation) == (404, NOT_FOUND["detail"])
    assert refused(bobs, "documents.list") == (404, "Not Found")
    html = refused(bobs, "get", http_headers={"Accept": "text/html"})
    assert html == (406, "Could not satisfy the request Accept header.")
    settings.MAX_BODY_BYTES = 100
    assert refused(bobs, "update", description="x" * 100) == (413, "The body is longer than 100 bytes.")
    plain = refused(bobs, "update", name="x", http_headers={"content-type": "text/plain"})
    assert plain == (415, "Send the body as JSON, with Content-Type: application/json.")


def test_an_accident_is_the_client_s_sdk_error(caller_for, handbook, monkeypatch):
    client = caller_for("alice")
    for accident, status in ((Throttled(), 429), (RuntimeError(), 500), (OperationalError(), 503)):
        monkeypatch.setattr(DOOR, Failing(accident))
        kind, told, body = client.refused("get", library_id="handbook")
        assert (kind, told, body.keys()) == ("SDKError", status, {"detail"})


def test_a_client_set_to_retry_gets_through(caller_for, handbook, monkeypatch):
    client = caller_for("alice", retry=True)
    for accident in (Throttled(), RuntimeError()):
        door = Failing(accident, times=2)
        monkeypatch.setattr(DOOR, door)
        assert client("get", library_id="handbook")["id"] == str(handbook.pk)
        assert door.calls == 3


class Failing:
    """The door, which fails the first so many times."""

    def __init__(self, accident: Exception, times: int = 1) -> None:
        self.accident = accident
        self.times = times
        self.calls = 0

    def __call__(self, *arguments: Any) -> Library:
        self.calls += 1
        if self.calls <= self.times:
            raise self.accident
        return check.get_library_for(*arguments)
