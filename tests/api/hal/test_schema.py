"""/api/schema/: the description is complete, and what is answered is what it says."""

from __future__ import annotations

import re
from copy import deepcopy
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from django.db import OperationalError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from libraries.models import Scope
from tests.api.hal.calls import CALLS, OLD_KEY, WITHIN_ACME
from tests.description import description
from tests.proofs import rounds
from tests.wsgi import running_application

WHERE = {"id": "handbook", "principalId": "bob", "username": "bob", "slug": "acme", "team": "engineering"}
BOUNDED = settings(
    max_examples=rounds(quick=2, proving=6),
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return description()


@pytest.fixture(scope="module")
def operations(schema) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: {**operation, "path": path, "method": method.upper()}
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/api")
    }


@pytest.fixture(scope="module")
def closed(schema) -> dict[str, Any]:
    """The schema, with no property allowed that it does not name."""
    closed = deepcopy(schema)
    for component in closed["components"]["schemas"].values():
        component["additionalProperties"] = False
    return closed


@pytest.fixture
def check(operations, closed):
    """Check an answer against what is said of the operation's answers of that status."""

    def check(name: str, answer: Any) -> None:
        described = operations[name]["responses"][str(answer.status_code)]
        for header in described["headers"].keys() - {"X-Request-ID"}:
            assert header in answer.headers
        if not described.get("content"):
            assert answer.content == b""
            return
        media_type = answer.headers["Content-Type"]
        body = described["content"][media_type]["schema"]
        Draft202012Validator({**closed, **body}).validate(answer.json())

    return check


def test_it_is_served_to_everybody(client, schema):
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json()
    assert document["openapi"] == "3.1.0"
    assert document.keys() == {"openapi", "info", "servers", "tags", "paths", "components"}
    assert document["paths"].keys() == schema["paths"].keys()
    wanted = "application/vnd.oai.openapi+json"
    assert client.get("/api/schema/", headers={"Accept": wanted}).headers["Content-Type"] == wanted


def test_it_names_no_other_host(client):
    assert re.findall(rb"https?://[^\"]+", client.get("/api/schema/").content) == []


def test_it_describes_every_call_there_is(operations):
    assert {name: operation["method"] for name, operation in operations.items()} == {
        name: call.method for name, call in CALLS.items()
    }
    for operation in operations.values():
        assert operation["summary"]
        assert operation["tags"]
        assert operation["security"] == [{"key": []}]


@pytest.mark.parametrize(
    ("name", "method", "path", "parameters"),
    [
        ("listShares", "GET", "/api/libraries/{id}/shares", {"id"}),
        ("getShare", "GET", "/api/libraries/{id}/shares/{principalId}", {"id", "principalId"}),
        ("putShare", "PUT", "/api/libraries/{id}/shares/{principalId}", {"id", "principalId"}),
        ("deleteShare", "DELETE", "/api/libraries/{id}/shares/{principalId}", {"id", "principalId"}),
    ],
)
def test_it_has_the_four_documented_calls(operations, name, method, path, parameters):
    operation = operations[name]
    assert (operation["method"], operation["path"]) == (method, path)
    assert {found["name"] for found in operation["parameters"] if found["in"] == "path"} == parameters


def test_it_names_the_parameters_of_lists_and_the_conditions(operations):
    def names(operation: str, place: str) -> set[str]:
        return {found["name"] for found in operations[operation].get("parameters", []) if found["in"] == place}

    paging = {"start", "count", "after", "before", "q"}
    assert names("listShares", "query") == paging | {"kind", "accessLevel"}
    assert names("listLibraries", "query") == paging | {"organization", "minLevel"}
    filters = {"action", "actor", "principal", "since", "until"}
    assert names("listLibraryEvents", "query") == paging - {"q"} | filters
    assert names("listEvents", "query") == filters | {"organization", "library", "count", "after"}
    for name, call in CALLS.items():
        conditional = not call.creates
        codes = operations[name]["responses"].keys()
        assert names(name, "header") == ({"If-Match", "If-None-Match"} if conditional else {"Idempotency-Key"})
        assert ("412" in codes) == conditional
        assert ("304" in codes) == (call.method == "GET")


def test_it_says_what_a_body_must_be(schema):
    components = schema["components"]["schemas"]
    share = components["ShareInput"]
    assert share["required"] == ["accessLevel"]
    sent_back = {"_links", "_embedded", "principalId", "libraryId", "grantedBy", "createdAt", "updatedAt"}
    assert share["properties"].keys() == {"accessLevel", "expiresAt", "note", *sent_back}
    assert components["ManyItem"]["properties"].keys() == {"accessLevel", "expiresAt", "note", "principalId"}
    assert components["AccessLevelEnum"]["enum"] == [0, 1, 2, 3]
    for name in ("ShareInput", "NewLibraryInput", "PatchedLibraryInput"):
        assert components[name]["additionalProperties"] is False
    assert schema["components"]["securitySchemes"]["key"] == {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key.",
    }


@pytest.mark.parametrize("name", CALLS)
def test_a_real_answer_is_as_described(client_for, check, name):
    call = CALLS[name]
    answer = client_for(call.caller).send(call.method, call.path, call.body)
    assert answer.status_code == call.status
    check(name, answer)


@pytest.mark.parametrize("name", CALLS)
def test_a_refusal_that_any_call_may_meet_is_as_described(client_for, check, monkeypatch, name):
    call = CALLS[name]

    def expect(status: int, client: Any, body: Any = call.body, **options: str) -> None:
        answer = client.send(call.method, call.path, body, **options)
        assert answer.status_code == status
        check(name, answer)

    alice = client_for(call.caller)
    expect(401, client_for(None))
    if call.scope:
        expect(403, client_for(call.caller, Scope.ACCESS_CHECK))
    expect(406, alice, Accept="text/html")
    if not call.creates:
        expect(412, alice, If_Match='"other"')
    if name in WITHIN_ACME:
        expect(404, client_for("frank"))
    if call.method == "GET":
        expect(304, alice, If_None_Match="*")
    if call.body:
        expect(400, alice, b"{")
        expect(413, alice, b" " * 10_000_000)
        expect(415, alice, content_type="text/plain")
        expect(422, alice, {"nonsense": 1})

    def lost(secret: str) -> None:
        raise OperationalError

    monkeypatch.setattr("libraries.api.authentication.find_api_key", lost)
    expect(503, alice)


def test_a_page_is_as_described(client_for, check):
    alice = client_for("alice")
    for name in CALLS:
        if name.startswith("list"):
            for query in ("?count=1", "?count=1000", "?count=1&start=1" if name != "listEvents" else "?actor=nobody"):
                check(name, alice.get(CALLS[name].path + query))


def test_a_status_has_a_title(operations):
    for operation in operations.values():
        for code in operation["responses"]:
            assert HTTPStatus(int(code)).phrase


@pytest.mark.prove
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", CALLS)
def test_whatever_is_sent_the_answer_is_as_described(client_for, schema, name, mode):
    """What fits the description, and what just does not: no server error, and no status that is not named."""
    alice = client_for(CALLS[name].caller)
    described = schemathesis.openapi.from_dict(schema)
    with running_application() as described.app:
        operation = described.find_operation_by_id(name)
        known = {**WHERE, "id": str(OLD_KEY)} if operation.path.startswith("/api/keys/") else WHERE
        where = {key: value for key, value in known.items() if f"{{{key}}}" in operation.path}

        @settings(BOUNDED)
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=where or None))
        def send(case: Any) -> None:
            with transaction.atomic():
                answer = case.call(headers=alice.headers)
                transaction.set_rollback(True)
            case.validate_response(answer, headers=alice.headers, excluded_checks=[positive_data_acceptance])

        send()
