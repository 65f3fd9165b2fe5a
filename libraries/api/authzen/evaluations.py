"""Evaluations into questions for the core, and its decisions back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rest_framework.exceptions import ValidationError

from libraries.access.decisions import Decision, Question, decide
from libraries.api.authzen.errors import error_of
from libraries.api.authzen.serializers import DENY_ON_FIRST_DENY, PERMIT_ON_FIRST_PERMIT, EvaluationRequest
from libraries.api.authzen.shapes import is_well_formed
from libraries.api.authzen.words import UnknownWord, action_named, library_named, subject_named
from libraries.errors import AmbiguousName, SharingError
from libraries.models import User

DEFAULTED = ("subject", "action", "resource", "context")
STOPS_AT = {DENY_ON_FIRST_DENY: False, PERMIT_ON_FIRST_PERMIT: True}
"""The decision after which nothing more is evaluated."""

Outcome = Decision | ValidationError | SharingError


def evaluate(evaluation: Mapping[str, Any], asker: User) -> dict[str, Any]:
    """The answer to one valid evaluation; of a name that means two libraries, what is wrong. Raises MayNotAsk."""
    [outcome] = _outcomes([_question(evaluation)], asker)
    if isinstance(outcome, Exception) and not isinstance(outcome, AmbiguousName):
        raise outcome
    return _document(outcome)


def evaluate_all(items: Sequence[Any], defaults: Mapping[str, Any], semantic: str, asker: User) -> list[dict[str, Any]]:
    """The answers to the items, in their order, up to where the semantic stops."""
    outcomes = _outcomes(list(_questions(items, defaults)), asker)
    return [_document(outcome) for outcome in _until_stopped(outcomes, semantic)]


def _questions(items: Sequence[Any], defaults: Mapping[str, Any]) -> Iterator[Question | Outcome]:
    serializer = EvaluationRequest()  # one for all: making it takes longer than what it does
    given = {name: defaults[name] for name in DEFAULTED if defaults.get(name) is not None}
    for item in items:
        evaluation = {**given, **item} if isinstance(item, Mapping) else item  # an entity replaces the default whole
        try:
            yield _question(evaluation if is_well_formed(evaluation) else serializer.run_validation(evaluation))
        except ValidationError as error:
            yield error


def _question(evaluation: Mapping[str, Any]) -> Question | Decision:
    """The question, or the decision against what this service has no word for."""
    subject, action, resource = (evaluation[entity] for entity in ("subject", "action", "resource"))
    try:
        return Question(subject_named(subject), action_named(action), library_named(resource))
    except UnknownWord as unknown:
        return Decision(False, str(unknown))


def _outcomes(asked: Sequence[Question | Outcome], asker: User) -> list[Outcome]:
    decided = iter(decide([each for each in asked if isinstance(each, Question)], asker=asker))
    return [next(decided) if isinstance(each, Question) else each for each in asked]


def _until_stopped(outcomes: Sequence[Outcome], semantic: str) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        if (isinstance(outcome, Decision) and outcome.allowed) is STOPS_AT.get(semantic):
            return


def _document(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Exception):
        return {"decision": False, "context": {"error": error_of(outcome)}}
    shares = [{"principal": share.principal, "level": share.level.name} for share in outcome.shares]
    return {"decision": outcome.allowed, "context": {"reason": outcome.reason, "shares": shares}}
