"""The Authorization API: each call is body, question, answer. Everything is decided in the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from libraries.access.names import Known, with_names_for
from libraries.access.searches import actions_for, libraries_for, subjects_for
from libraries.access.subjects import name_of
from libraries.api.addresses import base_address
from libraries.api.authzen.errors import STATUSES, refusal
from libraries.api.authzen.evaluations import evaluate, evaluate_all
from libraries.api.authzen.pagination import Names, Page, Rows
from libraries.api.authzen.serializers import (
    EXECUTE_ALL,
    ActionSearchRequest,
    ActionSearchResponse,
    EntitySearchResponse,
    EvaluationRequest,
    EvaluationResponse,
    EvaluationsRequest,
    EvaluationsResponse,
    Metadata,
    ResourceSearchRequest,
    SubjectSearchRequest,
    SubjectSearchResponse,
)
from libraries.api.authzen.shapes import is_well_formed
from libraries.api.authzen.words import (
    ACTIONS,
    RESOURCE,
    UnknownWord,
    action_named,
    kind_of,
    library_named,
    require_libraries,
    subject_named,
)
from libraries.api.failures import Failure
from libraries.api.links import path_to
from libraries.api.page_tokens import Keyset
from libraries.api.parsers import NamingParser
from libraries.api.views import Anyone, DialectViewSet, UnknownPathMixin
from libraries.models import Scope
from libraries.rules.levels import Kind

LIBRARIES_IN_ORDER = Keyset(("natural_id", "organization_id"))
SUBJECTS_IN_ORDER = {
    Kind.USER: Keyset(("username",)),
    Kind.TEAM: Keyset(("id",)),
    Kind.ORGANIZATION: Keyset(("slug",)),
}
REFUSALS = {
    400: "The request is not valid.",
    401: "No key, or one that is unknown, expired or revoked.",
    403: "The key lacks the scope access:check, or the caller may not ask about others.",
}
REQUEST_ID = OpenApiParameter(
    "X-Request-ID", str, OpenApiParameter.HEADER, response=True, description="The caller's own, if usable."
)


def _call(operation_id: str, takes: Any, answer: Any) -> Callable[[Any], Any]:
    refusals = {status: OpenApiResponse(OpenApiTypes.STR, text) for status, text in REFUSALS.items()}
    return extend_schema(
        operation_id=operation_id,
        tags=["authzen"],
        request=takes,
        responses={200: answer, **refusals},
        parameters=[REQUEST_ID],
    )


class AuthzenViewSet(DialectViewSet):
    dialect = "authzen"
    statuses = STATUSES
    read_scope = write_scope = Scope.ACCESS_CHECK
    renderer_classes = [JSONRenderer]
    parser_classes = [NamingParser]

    def evaluation(self) -> Mapping[str, Any]:
        """The body as one valid evaluation, or a ValidationError."""
        given: Any = self.request.data
        return given if is_well_formed(given) else self.body(EvaluationRequest)

    def error_response(self, failure: Failure) -> Response:
        return refusal(failure)


class EvaluationViewSet(AuthzenViewSet):
    """One decision."""

    @_call("evaluation", EvaluationRequest, EvaluationResponse)
    def create(self, request: Request) -> Response:
        """May this subject do that to this resource?"""
        return Response(evaluate(self.evaluation(), self.caller))


class EvaluationsViewSet(AuthzenViewSet):
    """Many decisions."""

    @_call("evaluations", EvaluationsRequest, EvaluationsResponse)
    def create(self, request: Request) -> Response:
        """May they? For up to 1,000 evaluations at once."""
        body = self.body(EvaluationsRequest)
        items = body.get("evaluations")
        if not items:
            return Response(evaluate(self.evaluation(), self.caller))
        semantic = (body.get("options") or {}).get("evaluations_semantic", EXECUTE_ALL)
        return Response({"evaluations": evaluate_all(items, body, semantic, self.caller)})


class SearchViewSet(AuthzenViewSet):
    """Decisions the other way round, a page at a time. `takes`: the body."""

    takes: type[BaseSerializer]

    def found(self, search: Any) -> Rows | Names:
        """What the valid body asks for. Raises UnknownWord, MayNotAsk."""
        raise NotImplementedError

    def answer(self) -> Response:
        search = self.body(self.takes)
        page = Page(search, self.takes.__name__, self.caller)
        try:
            return Response(page.document(self.found(search)))
        except UnknownWord:
            return Response(page.document(Names()))


class SubjectSearchViewSet(SearchViewSet):
    """Who may?"""

    takes = SubjectSearchRequest

    @_call("searchSubject", SubjectSearchRequest, SubjectSearchResponse)
    def create(self, request: Request) -> Response:
        """Which subjects of a type may do that to this resource?

        Users whom the caller may not know of are a number: `context.unnamed`.
        """
        return self.answer()

    def found(self, search: Any) -> Rows:
        kind, word = kind_of(search["subject"]), search["subject"]["type"]
        action, library = action_named(search["action"]), library_named(search["resource"])
        subjects = subjects_for(kind, action, library, asker=self.caller)
        return Rows(
            subjects.named,
            SUBJECTS_IN_ORDER[kind],
            lambda subject: {"type": word, "id": name_of(subject)},
            subjects.count_unnamed,
        )


class ResourceSearchViewSet(SearchViewSet):
    """To what?"""

    takes = ResourceSearchRequest

    @_call("searchResource", ResourceSearchRequest, EntitySearchResponse)
    def create(self, request: Request) -> Response:
        """To which resources may this subject do that?"""
        return self.answer()

    def found(self, search: Any) -> Rows:
        require_libraries(search["resource"])
        subject, action = subject_named(search["subject"]), action_named(search["action"])
        libraries = libraries_for(subject, action, asker=self.caller)
        named = with_names_for(libraries, self.caller, Known.SEEN_OR_OPEN)
        return Rows(named, LIBRARIES_IN_ORDER, lambda library: {"type": RESOURCE, "id": library.short_name})


class ActionSearchViewSet(SearchViewSet):
    """What?"""

    takes = ActionSearchRequest

    @_call("searchAction", ActionSearchRequest, ActionSearchResponse)
    def create(self, request: Request) -> Response:
        """Which actions may this subject do to this resource?"""
        return self.answer()

    def found(self, search: Any) -> Names:
        subject, library = subject_named(search["subject"]), library_named(search["resource"])
        allowed = actions_for(subject, library, asker=self.caller)
        return Names({name for name, action in ACTIONS.items() if action in allowed}, tuple(ACTIONS))


class MetadataViewSet(AuthzenViewSet):
    """The same for everybody, so no key is asked for."""

    authentication_classes: Any = []
    permission_classes: Any = [Anyone]

    @extend_schema(
        operation_id="metadata",
        tags=["authzen"],
        responses={200: Metadata, 406: OpenApiResponse(OpenApiTypes.STR, "The caller does not accept JSON.")},
        parameters=[REQUEST_ID],
    )
    def retrieve(self, request: Request) -> Response:
        """Where everything is.

        No `properties` and no `context` are used for decisions: groups or roles that a caller asserts give nothing.
        """
        base = base_address(request)
        endpoints = {
            "access_evaluation_endpoint": "evaluation",
            "access_evaluations_endpoint": "evaluations",
            "search_subject_endpoint": "search-subject",
            "search_resource_endpoint": "search-resource",
            "search_action_endpoint": "search-action",
        }
        urls = {name: base + path_to(f"authzen:{endpoint}") for name, endpoint in endpoints.items()}
        return Response({"policy_decision_point": base, **urls})


@extend_schema(exclude=True)
class UnknownPathViewSet(UnknownPathMixin, AuthzenViewSet):
    """The 404 of paths that this dialect does not have."""
