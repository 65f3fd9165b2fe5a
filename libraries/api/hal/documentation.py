"""The API's description: for programs at /api/schema/, for people at /api/docs/."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request

from libraries.api.hal.views.base import HalViewSet
from libraries.api.preconditions import has_already
from libraries.api.views import Anyone


class OpenDocument(HalViewSet):
    """Something that is the same for everybody, so no key is asked for."""

    authentication_classes = []
    permission_classes = [Anyone]
    content_negotiation_class = DefaultContentNegotiation


@extend_schema(exclude=True)
class SchemaViewSet(OpenDocument):
    """OpenAPI 3.1."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer]

    def retrieve(self, request: Request) -> HttpResponseBase:
        """All dialects, or the one of `?dialect=`; 304 for a reader who has it already. Raises NotFound for one that
        there is not, and PreconditionFailed."""
        text, etag = _written(request.query_params.get("dialect") or None)
        kept = {"ETag": etag, "Cache-Control": "public, max-age=3600"}
        if has_already(request, etag):
            return HttpResponseNotModified(headers=kept)
        renderer: Any = request.accepted_renderer
        return HttpResponse(text, content_type=renderer.media_type, headers=kept)


class DialectSchemaGenerator(SchemaGenerator):
    """The operations of one dialect alone."""

    dialect: str

    def _get_paths_and_endpoints(self) -> list[Any]:
        endpoints = super()._get_paths_and_endpoints()
        return [endpoint for endpoint in endpoints if getattr(endpoint[-1], "dialect", None) == self.dialect]


@cache
def _dialects() -> frozenset[str]:
    """The dialects that have any operation."""
    endpoints = SchemaGenerator()
    endpoints._initialise_endpoints()
    return frozenset(
        callback.cls.dialect for *_, callback in endpoints.endpoints or () if hasattr(callback.cls, "dialect")
    )


@cache
def _schema(dialect: str | None = None) -> Any:
    if dialect is None:
        return SchemaGenerator().get_schema(public=True)
    if dialect not in _dialects():
        raise NotFound(f"There is no dialect “{dialect}”; there are {', '.join(sorted(_dialects()))}.")
    generator = DialectSchemaGenerator()
    generator.dialect = dialect
    return generator.get_schema(public=True)


@cache
def _written(dialect: str | None) -> tuple[bytes, str]:
    """The text of a description and its ETag, made once in a process: it is long, and anybody may ask for it."""
    text = OpenApiJsonRenderer().render(_schema(dialect), renderer_context={})
    return text, f'"{sha256(text).hexdigest()[:32]}"'


@extend_schema(exclude=True)
class DocsViewSet(OpenDocument, SpectacularSwaggerSplitView):
    """Swagger UI, from the package's own files."""

    renderer_classes = [TemplateHTMLRenderer]
    url_name = "hal:schema"
