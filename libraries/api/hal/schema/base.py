"""The words of which the native API's description is made."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

from libraries.api.hal.errors import MEDIA_TYPE
from libraries.api.hal.serializers.base import LINKS
from libraries.api.idempotency import HEADER

LIBRARY_ID = OpenApiParameter(
    "id",
    str,
    OpenApiParameter.PATH,
    description="The library's UUID, natural id (`handbook`, or `acme.handbook` with its organization) or object id.",
)
PRINCIPAL_ID = OpenApiParameter(
    "principalId",
    str,
    OpenApiParameter.PATH,
    description="A username, `team:SLUG`, `org:SLUG` or `everyone`; percent-encoded or not.",
)
ORGANIZATION = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The organization's slug.")
TEAM = OpenApiParameter("team", str, OpenApiParameter.PATH, description="The team's slug.")
SERVICE_ACCOUNT = OpenApiParameter(
    "name", str, OpenApiParameter.PATH, description="The service account's name in the organization."
)
KEY_ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="The key's UUID.")
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "Sent again within 24 hours with the same body and credential, the call makes nothing more and has the same "
        "answer, marked by `Idempotent-Replayed: true`; with anything else it is refused. Refusals are not kept."
    ),
)
USERNAME = OpenApiParameter("username", str, OpenApiParameter.PATH, description="A username.")
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="Only if one of these ETags is the current one; else 412."
)
IF_NONE_MATCH_TO_READ = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="304 if one of these ETags is the current one."
)
IF_NONE_MATCH_TO_WRITE = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="`*`: only if there is none yet; else 412."
)
TO_READ = [IF_MATCH, IF_NONE_MATCH_TO_READ]
TO_WRITE = [IF_MATCH, IF_NONE_MATCH_TO_WRITE]

HEADERS = [
    OpenApiParameter(
        "X-Request-ID", str, OpenApiParameter.HEADER, response=True, description="The caller's own, if usable."
    ),
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201, 304]),
    OpenApiParameter("WWW-Authenticate", str, OpenApiParameter.HEADER, response=[401]),
    OpenApiParameter("Retry-After", int, OpenApiParameter.HEADER, response=[503], description="Seconds."),
]
LOCATION = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[201], description="What was made.")


@extend_schema_field(LINKS)
class Links(serializers.DictField):
    """HAL's `_links`."""


FIELD_PROBLEM: dict[str, Any] = {
    "pointer": serializers.CharField(help_text="Where in the body or the query: a JSON pointer as a URI fragment."),
    "detail": serializers.CharField(),
    "index": serializers.IntegerField(required=False, help_text="Which of many shares, from 0."),
}
Problem = inline_serializer(
    "Problem",
    {
        "type": serializers.URLField(help_text="Which problem it is: a page that says what it means and what to do."),
        "title": serializers.CharField(help_text="The same for all problems of a type."),
        "status": serializers.IntegerField(),
        "detail": serializers.CharField(),
        "instance": serializers.CharField(),
        "code": serializers.CharField(required=False, help_text="Which refusal, where the rules refused."),
        "rule": serializers.CharField(required=False, help_text="Which rule, where one refused."),
        "libraries": serializers.ListField(
            child=serializers.CharField(),
            required=False,
            help_text="Those that would be left without an owner, or two that the name could mean.",
        ),
        "outsideShares": serializers.IntegerField(required=False, help_text="How many shares reach outside."),
        "errors": inline_serializer(
            "FieldProblem",
            FIELD_PROBLEM,
            many=True,
            required=False,
            help_text="With 422, and with a 403 for many shares: the first 20.",
        ),
        "moreErrors": serializers.IntegerField(required=False, help_text="How many errors there are besides."),
    },
)

REFUSALS = {
    400: "The body is not JSON, or the query is not UTF-8.",
    401: "No key, or one that is unknown, expired or revoked.",
    403: "The key lacks the scope, or the rules forbid it.",
    404: "There is no such thing, or the caller may not see it.",
    406: "The caller accepts neither application/hal+json nor application/json.",
    409: "How things stand keeps it from being done, such as libraries that would be left without an owner, or a name that two have.",
    412: "A precondition does not hold.",
    413: "The body is too long.",
    415: "The body is not sent as JSON.",
    422: "The body, the query or the principal is not valid.",
    503: "The database cannot be reached.",
}
ANYWHERE = (400, 401, 403, 406, 503)
OF_A_BODY = (413, 415, 422)


def refusals(*statuses: int) -> dict[Any, OpenApiResponse]:
    """Problem documents of these statuses and of those that any call can end in."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, REFUSALS[status]) for status in sorted({*ANYWHERE, *statuses})
    }


def page_of(
    name: str, relation: str, document: type[serializers.Serializer], **more: serializers.Field
) -> serializers.Serializer:
    """A HAL page of such documents. more: what such a page has beside what all have."""
    embedded = inline_serializer(f"{name}PageEmbedded", {relation: document(many=True)})
    fields = {
        "_links": Links(help_text="`first`, `prev`, `next` and `last` as they apply: follow them as they are."),
        "_embedded": embedded,
        "start": serializers.IntegerField(help_text="How many come before."),
        "count": serializers.IntegerField(help_text="How many are on this page."),
        "total": serializers.IntegerField(required=False, help_text="How many there are, where that is known."),
        **more,
    }
    page = inline_serializer(f"{name}Page", fields)
    return extend_schema_serializer(many=False)(type(page))()


def call(operation_id: str, summary: str, *parameters: Any, tag: str, answers: dict[int, Any], **more: Any) -> Any:
    """One operation; `answers` are those that are no refusals, None for an empty one."""
    refused = [*more.pop("refused", ()), *([409] if LIBRARY_ID in parameters else [])]
    given = {status: answer or OpenApiResponse(description=_EMPTY[status]) for status, answer in answers.items()}
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        tags=[tag],
        parameters=[*parameters, *HEADERS],
        responses={**given, **refusals(*refused)},
        **more,
    )


_EMPTY = {204: "Done.", 304: "The caller has it already."}


def reading(
    operation_id: str, summary: str, *parameters: Any, tag: str, document: Any, refused: Any = (), **more: Any
) -> Any:
    """A GET of one document."""
    return call(
        operation_id,
        summary,
        *parameters,
        *TO_READ,
        tag=tag,
        answers={200: document, 304: None},
        refused=(412, *refused),
        **more,
    )


def in_the_documents_words(endpoints: list[tuple[str, str, str, Any]]) -> list[tuple[str, str, str, Any]]:
    """The native API's path parameters, named as the document names them; its root without a slash at its end."""
    return [
        (
            (path.rstrip("/"))
            .replace("{library_id}", "{id}")
            .replace("{principal_id}", "{principalId}")
            .replace("{key_id}", "{id}"),
            regex,
            method,
            callback,
        )
        if getattr(callback.cls, "dialect", None) == "hal"
        else (path, regex, method, callback)
        for path, regex, method, callback in endpoints
    ]
