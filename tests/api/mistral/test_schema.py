"""The schema has every call, under the id that the vendor's own document gives it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.description import description

OPERATIONS = {
    "get /v1/libraries": "libraries_list_v1",
    "post /v1/libraries": "libraries_create_v1",
    "get /v1/libraries/{library_id}": "libraries_get_v1",
    "put /v1/libraries/{library_id}": "libraries_update_v1",
    "patch /v1/libraries/{library_id}": "libraries_patch_v1",
    "delete /v1/libraries/{library_id}": "libraries_delete_v1",
    "get /v1/libraries/{library_id}/share": "libraries_share_list_v1",
    "put /v1/libraries/{library_id}/share": "libraries_share_create_v1",
    "delete /v1/libraries/{library_id}/share": "libraries_share_delete_v1",
}
IN_EVERY_SHARING = ["library_id", "org_id", "role", "share_with_type", "share_with_uuid", "user_id"]


@pytest.fixture(scope="module")
def schema() -> Any:
    return description()


@pytest.fixture(scope="module")
def operations(schema: Any) -> dict[str, Any]:
    """Those under the tag `mistral`, by method and path."""
    return {
        f"{method} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if operation.get("tags") == ["mistral"]
    }


def test_it_has_every_call_and_no_other(operations):
    assert {call: operation["operationId"] for call, operation in operations.items()} == OPERATIONS


def test_every_call_says_what_it_does(operations):
    descriptions = [operation["description"] for operation in operations.values()]
    assert len(set(descriptions)) == len(descriptions) == len(OPERATIONS)


def test_a_delete_of_a_share_has_a_body(schema, operations):
    body = operations["delete /v1/libraries/{library_id}/share"]["requestBody"]
    assert body == {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SharingDelete"}}},
        "required": True,
    }
    assert schema["components"]["schemas"]["SharingDelete"]["required"] == ["share_with_type", "share_with_uuid"]
    assert "requestBody" not in operations["delete /v1/libraries/{library_id}"]


def test_a_list_is_an_object_that_holds_the_data(schema, operations):
    answer = operations["get /v1/libraries/{library_id}/share"]["responses"]["200"]["content"]
    assert answer == {"application/json": {"schema": {"$ref": "#/components/schemas/ListSharingResponse"}}}


def test_every_key_of_an_answer_is_promised(schema):
    components = schema["components"]["schemas"]
    assert sorted(components["Sharing"]["required"]) == IN_EVERY_SHARING
    assert sorted(components["MistralLibrary"]["required"]) == sorted(components["MistralLibrary"]["properties"])
