"""The shape of an evaluation, told by hand: nearly all of a thousand are right, and a serializer takes long to say so."""

from __future__ import annotations

from typing import Any

from libraries.api.authzen.serializers import LONGEST_NAME


def is_well_formed(evaluation: Any) -> bool:
    """Whether `EvaluationRequest` would take the evaluation, and hand out what is in it as it is.

    Says no where that takes a closer look: the serializer then says what is wrong, if anything.
    """
    return (
        type(evaluation) is dict
        and _is_object_or_nothing(evaluation.get("context"))
        and _is_entity(evaluation.get("subject"))
        and _is_entity(evaluation.get("resource"))
        and _is_action(evaluation.get("action"))
    )


def _is_entity(given: Any) -> bool:
    return (
        type(given) is dict
        and _is_name(given.get("type"))
        and _is_name(given.get("id"))
        and _is_object_or_nothing(given.get("properties"))
    )


def _is_action(given: Any) -> bool:
    return type(given) is dict and _is_name(given.get("name")) and _is_object_or_nothing(given.get("properties"))


def _is_name(given: Any) -> bool:
    return type(given) is str and 0 < len(given) <= LONGEST_NAME


def _is_object_or_nothing(given: Any) -> bool:
    return given is None or type(given) is dict
