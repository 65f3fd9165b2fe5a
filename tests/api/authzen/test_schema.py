"""The schema has every call."""

from __future__ import annotations

from typing import Any

import pytest

OPERATIONS = {
    "post /access/v1/evaluation": "evaluation",
    "post /access/v1/evaluations": "evaluations",
    "post /access/v1/search/subject": "searchSubject",
    "post /access/v1/search/resource": "searchResource",
    "post /access/v1/search/action": "searchAction",
    "get /.well-known/authzen-configuration": "metadata",
}

BY_THE_SERVER = {"408", "414", "431"}
"""Before any dialect sees it: tests/test_server_refusals.py."""


@pytest.fixture
def schema(client_for) -> Any:
    return client_for(None).get("/api/schema/?dialect=authzen").json()


@pytest.fixture
def operations(schema: Any) -> dict[str, Any]:
    """By method and path."""
    return {f"{method} {path}": found for path, each in schema["paths"].items() for method, found in each.items()}


def test_it_has_every_call_and_no_other(operations):
    assert {call: operation["operationId"] for call, operation in operations.items()} == OPERATIONS


def test_every_call_says_what_it_does(operations):
    descriptions = [operation["description"] for operation in operations.values()]
    assert len(set(descriptions)) == len(descriptions) == len(OPERATIONS)


def test_every_refusal_is_a_string(operations):
    for call, operation in operations.items():
        answers = operation["responses"].items()
        refusals = {status: answer for status, answer in answers if status != "200" and status not in BY_THE_SERVER}
        of_all = {"400", "406", "413", "503"}
        assert set(refusals) == (of_all if call.startswith("get") else of_all | {"401", "403", "429"})
        for answer in refusals.values():
            assert answer["content"] == {"application/json": {"schema": {"type": "string"}}}


def test_a_key_is_needed_for_all_but_the_metadata(operations):
    assert {call for call, operation in operations.items() if operation.get("security") == [{"key": []}]} == {
        call for call in OPERATIONS if call.startswith("post")
    }


def test_what_is_required_and_what_is_not(schema):
    components = schema["components"]["schemas"]
    assert components["EvaluationRequest"]["required"] == ["action", "resource", "subject"]
    assert components["EvaluationResponse"]["required"] == ["context", "decision"]
    assert "required" not in components["EvaluationsRequest"]
    items = components["EvaluationsRequest"]["properties"]["evaluations"]
    assert items["items"] == {"$ref": "#/components/schemas/EvaluationRequest"}
