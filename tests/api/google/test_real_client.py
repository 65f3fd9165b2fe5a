"""The vendor's own clients: `google-generativeai` 0.8 and, below it, `google-ai-generativelanguage`, over REST.

They raise google.api_core's exceptions by the HTTP status: BadRequest, Unauthorized, Forbidden, NotFound, Conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from libraries.models import Library, Scope
from libraries.rules.levels import Level
from tests.api.google.bodies import add_readers, level_of, name_of
from tests.real_clients import ClientError, RealClient

OWNER, WRITER, READER = 1, 2, 3
USER, GROUP, EVERYONE = 1, 2, 3
MODEL = "tunedModels/handbook"
ENGINEERING = "engineering@acme.example"


@pytest.fixture(scope="module")
def process() -> Iterator[RealClient]:
    with RealClient("google", Path(__file__).with_name("driver.py")) as client:
        yield client


@pytest.fixture
def call_as(process: RealClient, live_server: Any, key_for: Callable[..., str]) -> Callable[..., Callable[..., Any]]:
    """`call_as("alice")` is the client with a key of hers."""

    def use(username: str, *scopes: Scope) -> Callable[..., Any]:
        process.call("configure", endpoint=live_server.url, key=key_for(username, *scopes))
        return process.call

    return use


def refusal(call: Callable[..., Any], operation: str, **arguments: Any) -> tuple[str, int | None]:
    """What the client raises."""
    with pytest.raises(ClientError) as raised:
        call(operation, **arguments)
    return raised.value.kind, raised.value.status


def test_the_documents_create_example(call_as, handbook):
    call = call_as("alice")
    handbook.shares.get(team__slug="engineering").delete()

    assert call("genai.get_model", name=MODEL)["name"] == MODEL
    public = call(f"{MODEL} permissions.create", role="READER", grantee_type="EVERYONE")
    group = call(f"{MODEL} permissions.create", role="READER", grantee_type="group", email_address=ENGINEERING)

    assert public == {
        "name": name_of(handbook, "everyone", "tunedModels"),
        "role": READER,
        "grantee_type": EVERYONE,
        "email_address": None,
    }
    assert group == {
        "name": name_of(handbook, "team:engineering", "tunedModels"),
        "role": READER,
        "grantee_type": GROUP,
        "email_address": ENGINEERING,
    }


def test_the_documents_list_and_get_examples(call_as, handbook):
    call = call_as("alice")

    listed = call(f"{MODEL} permissions.list")

    assert [(permission["email_address"], permission["role"]) for permission in listed] == [
        ("alice@acme.example", OWNER),
        (ENGINEERING, WRITER),
    ]
    for permission in listed:
        assert call("genai.types.Permissions.get", name=permission["name"]) == permission


def test_the_documents_update_and_delete_examples(call_as, handbook):
    call = call_as("alice")
    name = call(f"{MODEL} permissions.create", role="writer", email_address="erin@globex.example")["name"]

    call(f"{name} update", updates={"role": "READER"})
    assert call("genai.types.Permissions.get", name=name)["role"] == READER
    assert level_of(handbook, "erin") == Level.READER

    assert call(f"{name} delete") is None
    assert level_of(handbook, "erin") is None
    assert refusal(call, "genai.types.Permissions.get", name=name) == ("NotFound", 404)


def test_a_model_is_transferred(call_as, roadmap):
    call = call_as("bob")

    call("tunedModels/roadmap permissions.transfer_ownership", email_address="dave@acme.example")

    assert level_of(roadmap, "dave") == Level.OWNER
    assert level_of(roadmap, "bob") == Level.EDITOR


def test_a_model_is_read_updated_and_deleted(call_as, handbook):
    call = call_as("alice")

    model = call("genai.get_model", name=f"tunedModels/{handbook.pk}")
    assert (model["name"], model["display_name"], model["state"]) == (MODEL, "Handbook", 2)
    assert model["create_time"] == str(handbook.created_at)

    updated = call("genai.update_tuned_model", tuned_model=MODEL, updates={"display_name": "The Way"})
    assert updated == {**model, "display_name": "The Way", "update_time": updated["update_time"]}

    call("genai.delete_tuned_model", tuned_model=MODEL)
    assert not Library.objects.filter(natural_id="handbook").exists()


@pytest.mark.parametrize("collection", ["corpora", "tunedModels"])
def test_every_call_of_the_permission_service(call_as, handbook, collection):
    call, parent = call_as("alice"), f"{collection}/handbook"
    grantee = {"grantee_type": "USER", "email_address": "erin@globex.example"}
    service = "PermissionServiceClient"

    made = call(f"{service}.create_permission", request={"parent": parent, "permission": {**grantee, "role": "READER"}})
    name = name_of(handbook, "erin", collection)
    assert made == {"name": name, **grantee, "role": "READER"}

    change = {"permission": {"name": name, **grantee, "role": "WRITER"}, "update_mask": {"paths": ["role"]}}
    assert call(f"{service}.update_permission", request=change) == {**made, "role": "WRITER"}
    assert call(f"{service}.get_permission", request={"name": name}) == {**made, "role": "WRITER"}
    assert call(f"{service}.list_permissions", request={"parent": parent})[0][2] == {**made, "role": "WRITER"}
    assert call(f"{service}.delete_permission", request={"name": name}) is None
    assert len(call(f"{service}.list_permissions", request={"parent": parent})[0]) == 2


def test_ownership_is_transferred_by_the_permission_service(call_as, roadmap):
    call = call_as("bob")

    request = {"name": "tunedModels/roadmap", "email_address": "carol@acme.example"}
    assert call("PermissionServiceClient.transfer_ownership", request=request) == {}
    assert level_of(roadmap, "carol") == Level.OWNER


def test_a_list_is_walked_page_by_page(call_as, press_kit):
    add_readers(press_kit, 23)
    call = call_as("alice")

    def pages(**size):
        request = {"parent": "corpora/press-kit", **size}
        return call("PermissionServiceClient.list_permissions", request=request)

    assert [len(page) for page in pages()] == [10, 10, 5]
    assert [len(page) for page in pages(page_size=7)] == [7, 7, 7, 4]
    assert [len(page) for page in pages(page_size=5000)] == [25]
    assert sum(pages(), []) == sum(pages(page_size=7), []) == pages(page_size=5000)[0]
    assert len(call("tunedModels/press-kit permissions.list", page_size=4)) == 25


def test_every_call_on_corpora_of_the_retriever_service(call_as, world):
    call, service = call_as("carol"), "RetrieverServiceClient"

    made = call(f"{service}.create_corpus", request={"corpus": {"display_name": "Field Notes"}})
    assert (made["name"], made["display_name"]) == ("corpora/field-notes", "Field Notes")
    assert call(f"{service}.get_corpus", request={"name": made["name"]}) == made

    change = {"corpus": {"name": made["name"], "display_name": "Notes"}, "update_mask": {"paths": ["display_name"]}}
    changed = call(f"{service}.update_corpus", request=change)
    assert changed == {**made, "display_name": "Notes", "update_time": changed["update_time"]}

    for number in range(9):
        call(f"{service}.create_corpus", request={"corpus": {"name": f"corpora/notes-{number}"}})
    pages = call(f"{service}.list_corpora", request={"page_size": 5})
    assert [len(page) for page in pages] == [5, 5, 3]
    assert pages[0][3] == changed

    assert call(f"{service}.delete_corpus", request={"name": made["name"], "force": True}) is None
    assert refusal(call, f"{service}.get_corpus", request={"name": made["name"]}) == ("NotFound", 404)


def test_tuned_models_are_listed_page_by_page(call_as, handbook):
    call = call_as("carol")

    listed = call("genai.list_tuned_models", page_size=2)
    assert [model["name"] for model in listed] == [MODEL, "tunedModels/roadmap", "tunedModels/press-kit"]
    assert listed[0] == {**call("genai.get_model", name=MODEL), "reader_project_numbers": []}

    pages = call("ModelServiceClient.list_tuned_models", request={"page_size": 2})
    assert [[model["display_name"] for model in page] for page in pages] == [["Handbook", "Roadmap"], ["Press Kit"]]


def test_refusals_are_the_clients_own_exceptions(call_as, handbook, key_for):
    create = "PermissionServiceClient.create_permission"
    get, transfer = "PermissionServiceClient.get_permission", "PermissionServiceClient.transfer_ownership"
    update = "PermissionServiceClient.update_permission"
    team = {"grantee_type": "GROUP", "email_address": ENGINEERING, "role": "READER"}
    nobody = {"grantee_type": "USER", "email_address": "nobody@nowhere.example", "role": "READER"}
    owner = name_of(handbook, "alice")

    alice = call_as("alice")
    assert refusal(alice, create, request={"parent": "corpora/handbook", "permission": team}) == ("Conflict", 409)
    assert refusal(alice, create, request={"parent": "corpora/handbook", "permission": nobody}) == ("BadRequest", 400)
    assert refusal(alice, create, request={"parent": "corpora/handbook"}) == ("BadRequest", 400)
    assert refusal(alice, get, request={"name": "corpora/handbook/permissions/none"}) == ("NotFound", 404)
    assert refusal(alice, get, request={"name": "corpora/lab-notes/permissions/none"}) == ("NotFound", 404)
    assert refusal(alice, update, request={"permission": {"name": owner, "role": "READER"}}) == ("BadRequest", 400)
    mask = {"update_mask": {"paths": ["email_address"]}}
    assert refusal(alice, update, request={"permission": {"name": owner}, **mask}) == ("BadRequest", 400)
    mask = {"update_mask": {"paths": ["role"]}}
    assert refusal(alice, update, request={"permission": {"name": owner, "role": "READER"}, **mask}) == (
        "Forbidden",
        403,
    )

    bob = call_as("bob")
    assert refusal(bob, create, request={"parent": "corpora/handbook", "permission": nobody}) == ("Forbidden", 403)
    to_bob = {"name": "tunedModels/handbook", "email_address": "bob@acme.example"}
    assert refusal(bob, transfer, request=to_bob) == ("Forbidden", 403)

    assert refusal(call_as("dave"), "genai.get_model", name=MODEL) == ("NotFound", 404)
    assert refusal(call_as("alice", Scope.LIBRARY_WRITE), "genai.get_model", name=MODEL) == ("Forbidden", 403)


def test_a_wrong_key_is_unauthorized(process, live_server, handbook):
    process.call("configure", endpoint=live_server.url, key="shr_nonsense")

    assert refusal(process.call, "genai.get_model", name=MODEL) == ("Unauthorized", 401)


def test_an_error_says_what_is_wrong(call_as, handbook):
    with pytest.raises(ClientError, match="“everyone” already has a permission on this library"):
        for _ in range(2):
            call_as("alice")(f"{MODEL} permissions.create", role="READER", grantee_type="EVERYONE")
