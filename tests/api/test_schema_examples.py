"""The examples and the links of the description are true of the demo world."""

from __future__ import annotations

import re
from typing import Any

import pytest

from libraries.api.schema_examples import BODIES, parameter_example
from libraries.api.schema_links import MADE
from libraries.models import Scope
from tests.description import description

SUPERUSERS = frozenset({"createOrganization"})


@pytest.fixture(scope="module")
def operations() -> dict[str, tuple[str, str, Any]]:
    paths = description()["paths"]
    return {each["operationId"]: (method, path, each) for path, of in paths.items() for method, each in of.items()}


def with_examples(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: parameter_example(path, found[1]) or found[0], path)


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_taken(client_for, handbook, operations, name):
    method, path, operation = operations[name]
    [content, *_] = operation["requestBody"]["content"].values()
    assert content["example"] == BODIES[name]
    answer = client_for("alice", *Scope).send(method.upper(), with_examples(path), BODIES[name])
    assert answer.status_code in (200, 201), answer.content


def test_what_is_read_by_example_is_there(client_for, handbook, operations):
    read = {
        name: with_examples(path)
        for name, (method, path, _) in operations.items()
        if method == "get" and "{" not in with_examples(path)
    }
    assert {"getShare", "getTeamMember", "libraries_share_list_v1", "corpora.permissions.list"} <= read.keys()
    alice = client_for("alice", *Scope)
    assert {name: alice.get(path).status_code for name, path in read.items()} == dict.fromkeys(read, 200)


@pytest.mark.parametrize("name", ["createLibrary", "createKey", "createServiceAccount", "libraries_create_v1"])
def test_links_lead_from_what_is_made_to_what_can_be_read(client_for, handbook, operations, name):
    method, path, operation = operations[name]
    alice = client_for("alice", *Scope)
    made = alice.send(method.upper(), with_examples(path), BODIES[name]).json()
    links = operation["responses"]["201"]["links"]
    followed = [each for each in links.values() if operations[each["operationId"]][0] == "get"]
    assert followed
    for link in followed:
        address = operations[link["operationId"]][1]
        for parameter, expression in link["parameters"].items():
            pointer = expression.partition("#/")[2]
            value = made[pointer] if pointer else parameter_example(path, parameter)
            address = address.replace(f"{{{parameter}}}", value)
        assert alice.get(address).status_code == 200, address


def test_every_link_names_all_that_its_operation_needs(operations):
    linked = {
        name for name, (*_, each) in operations.items() if any("links" in of for of in each["responses"].values())
    }
    assert linked >= MADE.keys()
    for _, path, operation in operations.values():
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                needed = set(re.findall(r"\{(\w+)\}", operations[link["operationId"]][1]))
                assert link["parameters"].keys() == needed
                known = {found.rpartition(".")[2] for found in link["parameters"].values() if "path" in found}
                assert known <= set(re.findall(r"\{(\w+)\}", path))
