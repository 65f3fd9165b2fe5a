"""What is told by hand agrees with the serializer that describes it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from libraries.api.authzen.serializers import LONGEST_NAME, EvaluationRequest
from libraries.api.authzen.shapes import is_well_formed

NAMES = ["user", "", " ", "ü", "\x00", "\ud800", "x" * LONGEST_NAME, "x" * (LONGEST_NAME + 1), 7, True, None, ["user"]]
OBJECTS: list[Any] = [None, {}, {"a": {"b": [1, None]}}, [], "x", 0, False]


def _objects(**parts: list[Any]) -> st.SearchStrategy[Any]:
    """Objects with any of the parts, each with any of its values; now and then something else."""
    given = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in parts.items()})
    right = st.fixed_dictionaries({name: st.just(values[0]) for name, values in parts.items()})
    return st.one_of(right, given, st.sampled_from(OBJECTS))


ENTITY = _objects(type=NAMES, id=NAMES, properties=OBJECTS)
EVALUATIONS = st.fixed_dictionaries(
    {},
    optional={
        "subject": ENTITY,
        "resource": ENTITY,
        "action": _objects(name=NAMES, properties=OBJECTS),
        "context": st.sampled_from(OBJECTS),
        "more": st.none(),
    },
)


@given(st.one_of(EVALUATIONS, st.sampled_from(OBJECTS)))
def test_what_is_well_formed_the_serializer_takes_as_it_is_and_nothing_else(evaluation):
    try:
        taken = EvaluationRequest().run_validation(evaluation)
    except ValidationError:
        taken = None
    assert is_well_formed(evaluation) == (taken is not None)
    if taken is not None:
        assert taken == {name: evaluation[name] for name in taken}
        assert {"subject", "action", "resource"} <= taken.keys()
