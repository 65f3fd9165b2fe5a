"""What the calls take and answer. Keys that the specification does not know, or this service ignores, may be there."""

from __future__ import annotations

from typing import Any

from django.core.validators import ProhibitNullCharactersValidator
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from libraries.api.authzen.pagination import PageInput
from libraries.api.authzen.words import ACTIONS, RESOURCE, SUBJECTS
from libraries.api.fields import StrictCharField

LONGEST_NAME = 256
MOST_EVALUATIONS = 1000
EXECUTE_ALL, DENY_ON_FIRST_DENY, PERMIT_ON_FIRST_PERMIT = SEMANTICS = (
    "execute_all",
    "deny_on_first_deny",
    "permit_on_first_permit",
)


class NameField(StrictCharField):
    """Short enough to be repeated in answers. NUL may be in it: then it names nothing that is here."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_NAME, **options)
        self.validators = [each for each in self.validators if not isinstance(each, ProhibitNullCharactersValidator)]


def _object(**options: Any) -> serializers.DictField:
    return serializers.DictField(required=False, allow_null=True, **options)


class Subject(serializers.Serializer):
    """Who. A user by username, UUID or e-mail; a team by `acme/engineering` or UUID; an organization by slug or UUID."""

    type = NameField(help_text=f"One of {', '.join(SUBJECTS)}.")
    id = NameField()
    properties = _object(help_text="Taken, and not used for decisions.")


class Action(serializers.Serializer):
    """What is to be done."""

    name = NameField(help_text=f"One of {', '.join(ACTIONS)}.")
    properties = _object(help_text="Taken, and not used for decisions.")


class Resource(serializers.Serializer):
    """To what. A library by natural id, UUID or object id."""

    type = NameField(help_text=f"`{RESOURCE}`.")
    id = NameField()
    properties = _object(help_text="Taken, and not used for decisions.")


class SubjectType(serializers.Serializer):
    """Whom to look for; an `id` is ignored."""

    type = NameField(help_text=f"One of {', '.join(SUBJECTS)}.")


class ResourceType(serializers.Serializer):
    """What to look for; an `id` is ignored."""

    type = NameField(help_text=f"`{RESOURCE}`.")


class Request(serializers.Serializer):
    """What every request may hold."""

    context = _object(help_text="Taken and ignored.")  # type: ignore[assignment]


class SearchRequest(Request):
    """What every search may hold."""

    page = PageInput(required=False, allow_null=True)


class EvaluationRequest(Request):
    """May the subject do that to the resource?"""

    subject = Subject()
    action = Action()
    resource = Resource()


class Options(serializers.Serializer):
    """How several evaluations are done."""

    evaluations_semantic = serializers.ChoiceField(choices=SEMANTICS, default=EXECUTE_ALL)


@extend_schema_field(EvaluationRequest(many=True))
class EvaluationsField(serializers.ListField):
    """Each is looked at by itself, so that one that is not valid spoils no other."""


class EvaluationsRequest(Request):
    """Several evaluations. An entity that an item leaves out it takes from the top; without items the top is the one evaluation."""

    subject = _object(help_text="For every item that gives none; one that an item gives replaces it whole.")
    action = _object(help_text="Likewise.")
    resource = _object(help_text="Likewise.")
    options = Options(required=False, allow_null=True)
    evaluations = EvaluationsField(required=False, allow_null=True, max_length=MOST_EVALUATIONS)


class SubjectSearchRequest(SearchRequest):
    """Who may do that to the resource?"""

    subject = SubjectType()
    action = Action()
    resource = Resource()


class ResourceSearchRequest(SearchRequest):
    """To what may the subject do that?"""

    subject = Subject()
    action = Action()
    resource = ResourceType()


class ActionSearchRequest(SearchRequest):
    """What may the subject do to the resource?"""

    subject = Subject()
    resource = Resource()


class DecidingShare(serializers.Serializer):
    """A share that decided."""

    principal = serializers.CharField(help_text="`alice`, `team:engineering`, `org:acme` or `everyone`.")
    level = serializers.CharField(help_text="NONE, READER, EDITOR or OWNER.")


class EvaluationError(serializers.Serializer):
    """Why one evaluation among several could not be done."""

    status = serializers.IntegerField(help_text="The HTTP status that it would have had alone.")
    message = serializers.CharField()


class DecisionContext(serializers.Serializer):
    """Why: a reason and the shares that decided; or the error."""

    reason = serializers.CharField(required=False)
    shares = DecidingShare(many=True, required=False)
    error = EvaluationError(required=False)


class EvaluationResponse(serializers.Serializer):
    """A decision."""

    decision = serializers.BooleanField()
    context = DecisionContext()  # type: ignore[assignment]


class EvaluationsResponse(serializers.Serializer):
    """The decisions in the order of the items; without items, the one decision."""

    evaluations = EvaluationResponse(many=True, required=False)
    decision = serializers.BooleanField(required=False)
    context = DecisionContext(required=False)  # type: ignore[assignment]


class PageDocument(serializers.Serializer):
    """Where the results end."""

    next_token = serializers.CharField(help_text="Empty at the end.")
    count = serializers.IntegerField(help_text="How many results are here.")


class EntityDocument(serializers.Serializer):
    """A subject or a resource."""

    type = serializers.CharField()
    id = serializers.CharField()


class ActionDocument(serializers.Serializer):
    """An action."""

    name = serializers.CharField()


class SearchResponse(serializers.Serializer):
    """What every search answers beside its results."""

    page = PageDocument(required=False, help_text="Left out where nothing was found.")


@extend_schema_serializer(many=False)
class EntitySearchResponse(SearchResponse):
    """A page of subjects or resources, in a stable order."""

    results = EntityDocument(many=True)


class SearchContext(serializers.Serializer):
    """What else there is to know of the results."""

    unnamed = serializers.IntegerField(help_text="How many more users may, of whom the caller may not know.")


@extend_schema_serializer(many=False)
class SubjectSearchResponse(EntitySearchResponse):
    """A page of subjects, in a stable order."""

    context = SearchContext(required=False, help_text="Left out where nobody is unnamed.")  # type: ignore[assignment]


@extend_schema_serializer(many=False)
class ActionSearchResponse(SearchResponse):
    """A page of actions."""

    results = ActionDocument(many=True)


class Metadata(serializers.Serializer):
    """Where everything is."""

    policy_decision_point = serializers.URLField()
    access_evaluation_endpoint = serializers.URLField()
    access_evaluations_endpoint = serializers.URLField()
    search_subject_endpoint = serializers.URLField()
    search_resource_endpoint = serializers.URLField()
    search_action_endpoint = serializers.URLField()
