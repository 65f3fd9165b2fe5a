"""What the native API's views have in common: HAL in and out, ETags, problem documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from libraries.api.failures import Failure
from libraries.api.hal.errors import STATUSES, problem
from libraries.api.hal.serializers.sent_back import SentBackSerializer, without_fixed
from libraries.api.parsers import StrictJSONParser
from libraries.api.preconditions import etag_of, has_already, rendered
from libraries.api.views import DialectViewSet
from libraries.errors import SharingError


class HalParser(StrictJSONParser):
    media_type = "application/hal+json"


class HalRenderer(JSONRenderer):
    media_type = "application/hal+json"
    format = "hal"


class HalNegotiation(DefaultContentNegotiation):
    """`Accept: application/json` gets HAL too, since HAL is JSON."""

    def get_accept_list(self, request: Request) -> list[str]:
        return [
            accept.replace("application/json", "application/hal+json") for accept in super().get_accept_list(request)
        ]


class HalViewSet(DialectViewSet):
    dialect = "hal"
    statuses = STATUSES
    parser_classes = [StrictJSONParser, HalParser]
    renderer_classes: Any = [HalRenderer]
    content_negotiation_class: Any = HalNegotiation
    document_class: type[Serializer]
    fields: ClassVar[dict[type[SharingError], str]] = {}
    """Where the view calls the field of a refusal (FIELDS) otherwise."""

    def error_response(self, failure: Failure) -> HttpResponse:
        return problem(failure, self.request, self.fields)

    def document(self, thing: Any, **context: Any) -> dict[str, Any]:
        return self.document_class(thing, context={"request": self.request, **context}).data

    def documents(self, things: Sequence[Any], **context: Any) -> list[dict[str, Any]]:
        return list(self.document_class(things, many=True, context={"request": self.request, **context}).data)

    def changes(
        self, serializer_class: type[SentBackSerializer], standing: Callable[[], Mapping[str, Any]], **options: Any
    ) -> dict[str, Any]:
        """The valid body of a PUT or PATCH, which may be the document itself. ValidationError where it names another.

        standing: what the document says of what cannot change, asked for where the body has any of that.
        """
        body = self.body(serializer_class, **options)
        if body.keys().isdisjoint(serializer_class.fixed):
            return body
        return without_fixed(body, serializer_class, standing())

    def answer(self, document: dict[str, Any], status: int = 200, **headers: str) -> HttpResponseBase:
        """The document with its ETag; 304 for a reader who has it already. Raises PreconditionFailed."""
        text = rendered(document)
        etag = etag_of(text)
        if self.request.method in SAFE_METHODS and has_already(self.request, etag):
            return HttpResponseNotModified(headers={"ETag": etag})
        return Rendered(document, text, status=status, headers={"ETag": etag, **headers})


class Rendered(Response):
    """A document that is sent as the text that its ETag was made of."""

    def __init__(self, document: dict[str, Any], text: bytes, **options: Any) -> None:
        super().__init__(document, content_type=HalRenderer.media_type, **options)
        self._text = text

    @property
    def rendered_content(self) -> Any:
        self["Content-Type"] = HalRenderer.media_type
        return self._text


def templated(href: str) -> dict[str, Any]:
    return {"href": href, "templated": True}
