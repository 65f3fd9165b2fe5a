"""Whatever is sent with an administrator's key to what is really there: no accident, and an answer as is described.

What fits the description and what just does not, of every call of every dialect. `make prove-fuzz` tries 10,000 cases a
dialect (PROOF_CASES), `make test` a few.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi import checks

from libraries.models import Library, Organization, Share, Team, User
from tests.api.hal.calls import OLD_KEY, ROBOTS_KEY
from tests.description import description
from tests.proofs import rounds
from tests.wsgi import running_application

CASES = int(os.environ.get("PROOF_CASES", "0")) or rounds(quick=0, proving=600)
"""Of each dialect. None: two of each call and mode."""
FEWEST = 2
DIALECTS: dict[str, str | tuple[str, ...]] = {
    "hal": "/api",
    "mistral": "/v1/libraries",
    "lightly": "/v1/datasets",
    "google": "/v1beta/",
    "authzen": ("/access/v1/", "/.well-known/"),
}
TAKES_NOTHING = {"metadata"}
"""What comes to it cannot be wrong."""
ANSWERS_ONE_BY_ONE = {"evaluations"}
"""Of several, one that is wrong is told in its own place, and the others are answered."""
of_what_is_wrong = checks.negative_data_rejection
CHECKS = [
    schemathesis.checks.not_a_server_error,
    of_what_is_wrong,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
OPERATIONS = {
    operation["operationId"]: path for path, methods in description()["paths"].items() for operation in methods.values()
}
"""The path of each call."""


def dialect_of(path: str) -> str:
    [dialect] = [name for name, start in DIALECTS.items() if path.startswith(start)]
    return dialect


def examples(path: str) -> int:
    """How many of each mode come to the call at that path, so that its dialect has CASES."""
    calls = sum(dialect_of(other) == dialect_of(path) for other in OPERATIONS.values())
    return max(FEWEST, -(-CASES // (calls * len(GenerationMode))))


@pytest.fixture(scope="module")
def described() -> Any:
    return schemathesis.openapi.from_dict(description())


@pytest.fixture
def real(world: None) -> list[str]:
    """What things and people are called, in every dialect."""
    library = Library.objects.get(natural_id="handbook")
    names = [str(library.pk), library.natural_id, library.object_id, "acme.handbook", "lab-notes", "everyone"]
    for share in Share.objects.filter(library=library).select_related("user", "team", "organization"):
        names += [str(share.pk), share.principal_name]
    for table in (User, Team, Organization):
        for each in table.objects.all():
            names += [str(each.pk), getattr(each, "email", "") or each.principal_name, each.principal_name]
    return [*dict.fromkeys(names), "acme", "engineering", str(OLD_KEY), str(ROBOTS_KEY), "robot"]


PLACES = {
    "library_id": ("handbook", "roadmap", "acme.handbook"),
    "datasetId": ("handbook", "roadmap", "acme.handbook"),
    "slug": ("acme", "globex"),
    "team": ("engineering", "interns", "research"),
    "username": ("bob", "dave", "erin", "alice"),
    "name": ("robot", "gateway"),
    "principalId": ("bob", "team:engineering", "org:acme", "everyone", "alice"),
}
"""What is there, by the name of a path's parameter."""


def places(name: str, path: str, real: list[str]) -> st.SearchStrategy[str]:
    """What a path's parameter may be: of ten, nine that lead somewhere."""
    if name == "id":
        name = "library_id" if path.startswith("/api/libraries") else "key"
    led = PLACES.get(name, (str(ROBOTS_KEY if "service-accounts" in path else OLD_KEY), *real))
    return st.one_of(*[st.sampled_from(led)] * 9, st.sampled_from(real))


def with_real_names(value: Any, data: Any, real: list[str]) -> Any:
    """The same, with what is really there in the place of some texts."""
    if isinstance(value, dict):
        return {key: with_real_names(item, data, real) for key, item in value.items()}
    if isinstance(value, list):
        return [with_real_names(item, data, real) for item in value]
    if isinstance(value, str) and data.draw(st.booleans()):
        return data.draw(st.sampled_from(real))
    return value


@pytest.mark.prove
@pytest.mark.parametrize("caller", ["alice", "admin"])
@pytest.mark.parametrize(
    ("name", "mode"),
    [
        pytest.param(name, mode, id=f"{name}-{mode.value}")
        for name in OPERATIONS
        for mode in GenerationMode
        if name not in TAKES_NOTHING or mode is GenerationMode.POSITIVE
    ],
)
def test_whatever_is_sent_the_answer_is_as_described(client_for, described, real, name, mode, caller):
    path = OPERATIONS[name]
    somewhere = dict.fromkeys(re.findall(r"{(\w+)}", path), "somewhere")
    headers = client_for(caller).headers
    with running_application() as described.app:
        operation = described.find_operation_by_id(name)

        @settings(
            max_examples=-(-examples(path) // 2),
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode, path_parameters=somewhere or None), data=st.data())
        def send(case: Any, data: Any) -> None:
            case.path_parameters = {name: data.draw(places(name, path, real)) for name in somewhere}
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict | list):
                case.body = with_real_names(case.body, data, real)
            with transaction.atomic():
                answer = case.call(headers=headers)
                transaction.set_rollback(True)
            checked = [check for check in CHECKS if check is not of_what_is_wrong or name not in ANSWERS_ONE_BY_ONE]
            case.validate_response(answer, headers=headers, checks=checked)

        send()
