"""POST /access/v1/evaluations"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from libraries.models import Library, User
from tests.api.authzen.calls import EVALUATION, EVALUATIONS, MAY_NOT_ASK, answer, asked, library, refusal, subject
from tests.factories import give_to_many


def decisions(client: Any, body: dict[str, Any]) -> list[bool]:
    return [each["decision"] for each in answer(client, EVALUATIONS, body)["evaluations"]]


def read_by(who: str, *libraries: str, **more: Any) -> dict[str, Any]:
    items = [{"resource": library(name)} for name in libraries]
    return {"subject": subject(who), "action": {"name": "read"}, "evaluations": items, **more}


def test_it_answers_each_in_order_just_as_alone(client_for):
    alice = client_for("alice")
    items = [
        asked("bob", "write", "handbook"),
        asked("dave", "read", "handbook"),
        asked("acme/engineering", "read", "handbook", "team"),
        asked("nobody", "read", "press-kit"),
        asked("bob", "fly", "handbook"),
        asked("bob", "write", "handbook"),
    ]
    together = answer(alice, EVALUATIONS, {"evaluations": items})
    assert together == {"evaluations": [answer(alice, EVALUATION, item) for item in items]}
    assert [each["decision"] for each in together["evaluations"]] == [True, False, True, False, False, True]


def test_what_an_item_leaves_out_it_takes_from_the_top(client_for):
    body = {
        **asked("bob", "write", "handbook"),
        "evaluations": [
            {},
            {"subject": subject("dave")},
            {"action": {"name": "share"}},
            {"resource": library("roadmap")},
            {"resource": library("roadmap"), "action": {"name": "delete"}},
            asked("alice", "delete", "press-kit"),
        ],
    }
    assert decisions(client_for("alice"), body) == [True, False, False, True, True, True]


def test_an_entity_that_an_item_gives_replaces_the_default_whole(client_for):
    """Even of a part of it that the item leaves out: the certification scenario has no merging below the entity."""
    parts: list[tuple[dict[str, Any], str]] = [
        ({"resource": {"type": "library"}}, "resource.id: This field is required."),
        ({"resource": {"id": "handbook"}}, "resource.type: This field is required."),
        ({"subject": {"id": "bob"}}, "subject.type: This field is required."),
        ({"action": {}}, "action.name: This field is required."),
    ]
    body = {**asked("bob", "write", "handbook"), "evaluations": [{}, *(item for item, _ in parts)]}
    whole, *partial = answer(client_for("bob"), EVALUATIONS, body)["evaluations"]
    assert whole["decision"] is True
    errors = [{"status": 400, "message": message} for _, message in parts]
    assert partial == [{"decision": False, "context": {"error": error}} for error in errors]


class TestSemantics:
    @pytest.mark.parametrize(
        ("semantic", "expected"),
        [
            (None, [True, False, True, False]),
            ("execute_all", [True, False, True, False]),
            ("deny_on_first_deny", [True, False]),
            ("permit_on_first_permit", [True]),
        ],
    )
    def test_it_stops_where_the_semantic_says(self, client_for, semantic, expected):
        options = {"options": {"evaluations_semantic": semantic, "future": 1}} if semantic else {}
        body = read_by("bob", "handbook", "lab-notes", "press-kit", "nothing", **options)
        assert decisions(client_for("bob"), body) == expected

    def test_it_goes_on_to_the_end_where_nothing_stops_it(self, client_for):
        bob = client_for("bob")
        for semantic, libraries in (
            ("deny_on_first_deny", ("handbook", "press-kit")),
            ("permit_on_first_permit", ("lab-notes", "nothing")),
        ):
            body = read_by("bob", *libraries, options={"evaluations_semantic": semantic})
            assert len(decisions(bob, body)) == 2

    def test_an_item_that_is_not_valid_is_a_denial(self, client_for):
        body = read_by("bob", "handbook", options={"evaluations_semantic": "deny_on_first_deny"})
        body["evaluations"] = [{}, *body["evaluations"]]
        assert decisions(client_for("bob"), body) == [False]

    def test_another_word_is_400(self, client_for):
        body = read_by("bob", "handbook", options={"evaluations_semantic": "whatever"})
        message = 'options.evaluations_semantic: "whatever" is not a valid choice.'
        assert refusal(client_for("bob"), EVALUATIONS, body) == (400, message)

    def test_options_of_null_are_as_good_as_none(self, client_for):
        assert decisions(client_for("bob"), read_by("bob", "handbook", options=None)) == [True]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({}, "resource: This field is required."),
        (7, "Invalid data. Expected a dictionary, but got int."),
        (None, "This field may not be null."),
        ({"resource": None}, "resource: This field may not be null."),
        ({"resource": "handbook"}, "resource: Invalid data. Expected a dictionary, but got str."),
        ({"resource": {"type": "library"}}, "resource.id: This field is required."),
        ({"resource": {"type": "library", "id": 7}}, "resource.id: Not a valid string."),
        (
            {"resource": library("x"), "subject": {"type": None, "id": "bob"}},
            "subject.type: This field may not be null.",
        ),
    ],
)
def test_a_bad_item_spoils_no_other(client_for, item, message):
    body = read_by("bob", "handbook", "press-kit")
    body["evaluations"].insert(1, item)
    first, bad, last = answer(client_for("bob"), EVALUATIONS, body)["evaluations"]
    assert first["decision"] and last["decision"]
    assert bad == {"decision": False, "context": {"error": {"status": 400, "message": message}}}


def test_a_question_that_the_caller_may_not_put_is_an_error_of_its_item_whether_or_not_the_library_exists_r9_r10(
    client_for,
):
    items = [asked("bob", "read", "handbook"), *(asked("carol", "read", name) for name in ("handbook", "nothing"))]
    mine, *of_others = answer(client_for("bob"), EVALUATIONS, {"evaluations": items})["evaluations"]
    assert mine["decision"]
    assert of_others == [{"decision": False, "context": {"error": {"status": 403, "message": MAY_NOT_ASK}}}] * 2


@pytest.mark.parametrize("without_items", [{}, {"evaluations": []}, {"evaluations": None}])
def test_without_items_it_is_one_evaluation(client_for, without_items):
    alice, body = client_for("alice"), {**asked("bob", "write", "handbook"), **without_items}
    assert answer(alice, EVALUATIONS, body) == answer(alice, EVALUATION, body)
    assert refusal(alice, EVALUATIONS, without_items)[0] == 400
    assert refusal(client_for("carol"), EVALUATIONS, body) == (403, MAY_NOT_ASK)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"evaluations": {}}, 'evaluations: Expected a list of items but got type "dict".'),
        ({"evaluations": [{}], "subject": "bob"}, 'subject: Expected a dictionary of items but got type "str".'),
        ({"evaluations": [{}], "options": []}, "options: Invalid data. Expected a dictionary, but got list."),
        ({"evaluations": [{}] * 1001}, "evaluations: Ensure this field has no more than 1000 elements."),
    ],
)
def test_what_is_wrong_with_the_whole_is_400(client_for, body, message):
    assert refusal(client_for("alice"), EVALUATIONS, body) == (400, message)


def test_a_thousand_evaluations_cost_as_many_queries_as_three(client_for, handbook, acme):
    give_to_many(handbook, 300)
    Library.objects.bulk_create(
        Library(name="x", natural_id=f"library-{number}", organization=acme) for number in range(300)
    )
    users = User.objects.values_list("username", flat=True)
    libraries = Library.objects.filter(organization=acme).values_list("natural_id", flat=True)
    subjects = [(name, "user") for name in users] + [("acme/engineering", "team"), ("acme", "organization")]
    pairs = [(subjects[number % len(subjects)], libraries[number % len(libraries)]) for number in range(997)]
    first = [asked("bob", "write", "handbook"), asked("acme/interns", "read", "handbook", "team")]
    first.append(asked("acme", "read", "handbook", "organization"))
    alice = client_for("alice")

    def cost(items: list[Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert decisions(alice, {"evaluations": items})[:3] == [True, False, True]
        return len(queries)

    many = [asked(name, "read", library, kind) for (name, kind), library in pairs]
    assert cost([*first, *many]) == cost(first) == 7
