"""However much is wrong, a refusal stays short: it names some of it, and says how many more there are."""

from __future__ import annotations

import json

import pytest

from libraries.api.authzen import errors as authzen
from libraries.api.failures import MOST_FAULTS, Failure, FieldError
from libraries.api.mistral import errors as mistral

UNKNOWN = {f"x{number}": 1 for number in range(60_000)}
MORE = 60_000 - MOST_FAULTS
WRONG = tuple(FieldError((f"x{number}",), "Odd.") for number in range(MOST_FAULTS))
FAILURE = Failure(422, "The request is not valid.", ValueError(), WRONG, more=7)
"""For dialects that take fields that they do not know, and have few others."""
SHORT = 10_000
"""Bytes; the bodies here have some 700,000."""


@pytest.fixture
def alice_calls(client_for):
    return client_for("alice")


def test_hal(alice_calls, handbook):
    answer = alice_calls.put("/api/libraries/handbook/shares/bob", {"accessLevel": 1, **UNKNOWN})
    assert (answer.status_code, len(answer.content) < SHORT) == (422, True)
    problem = answer.json()
    assert [error["pointer"] for error in problem["errors"]] == [f"#/x{number}" for number in range(MOST_FAULTS)]
    assert problem["moreErrors"] == MORE


def test_hal_names_every_fault_of_twenty(alice_calls, handbook):
    body = {f"x{number}": 1 for number in range(MOST_FAULTS - 1)}
    problem = alice_calls.put("/api/libraries/handbook/shares/bob", body).json()
    assert len(problem["errors"]) == MOST_FAULTS  # accessLevel lacks, too
    assert "moreErrors" not in problem


@pytest.mark.parametrize(
    ("share", "detail"),
    [
        ({"principalId": "nobody", "accessLevel": 1}, "shares were refused"),
        ({"principalId": "bob", "accessLevel": 9}, "not valid"),
    ],
)
def test_many_shares_in_hal(alice_calls, handbook, share, detail):
    """Whether the rules refuse them or they are not valid."""
    names = iter(range(1000))
    shares = [{**share, "principalId": f"{share['principalId']}{next(names)}"} for _ in range(1000)]
    problem = alice_calls.post("/api/libraries/handbook/shares", {"shares": shares}).json()
    assert detail in problem["detail"]
    assert [error["index"] for error in problem["errors"]] == list(range(MOST_FAULTS))
    assert problem["moreErrors"] == 1000 - MOST_FAULTS


def test_mistral():
    *named, last = mistral.refusal(FAILURE, "body").data["detail"]
    assert [problem["loc"] for problem in named] == [["body", f"x{number}"] for number in range(MOST_FAULTS)]
    assert last == {"loc": ["body"], "msg": "And 7 more.", "type": "value_error"}


def test_google(alice_calls, handbook):
    answer = alice_calls.post("/v1beta/corpora/handbook/permissions", UNKNOWN)
    assert (answer.status_code, len(answer.content) < SHORT) == (400, True)
    error = answer.json()["error"]
    assert len(error["details"][0]["fieldViolations"]) == MOST_FAULTS
    assert error["message"].splitlines()[-1] == f"And {MORE:,} more."


@pytest.mark.parametrize(
    "users", [[1] * 60_000, [f"nobody{n}@acme.example" for n in range(900)]], ids=["odd", "unknown"]
)
def test_lightly(alice_calls, handbook, users):
    path = f"/v1/datasets/{handbook.object_id}/collaboration/access"
    answer = alice_calls.post(path, {"accessType": "READ", "users": users, **UNKNOWN})
    assert (answer.status_code, len(answer.content) < SHORT) == (400, True)
    assert " more" in answer.json()["error"]


def test_authzen():
    message = authzen.refusal(FAILURE).data
    assert message.startswith("x0: Odd. x1: Odd. ")
    assert message.endswith("x19: Odd. And 7 more.")


def test_what_was_sent_is_quoted_in_part(alice_calls, handbook):
    answer = alice_calls.put("/api/libraries/handbook/shares/bob", {"x" * 500_000: 1, "accessLevel": "y" * 100_000})
    assert (answer.status_code, len(answer.content) < SHORT) == (422, True)


def test_a_key_that_stands_twice_is_found_among_many(alice_calls, handbook):
    """Without comparing each with all before it."""
    body = json.dumps({f"x{number}": 1 for number in range(60_000)})[:-1] + ', "x59999": 2}'
    answer = alice_calls.send("PUT", "/api/libraries/handbook/shares/bob", body.encode())
    assert (answer.status_code, answer.json()["detail"][:23]) == (400, "The body is ambiguous: ")
