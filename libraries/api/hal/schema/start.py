"""The native API's start as OpenAPI; the views wear these declarations as decorators."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view, inline_serializer

from libraries.api.hal.schema.base import Links, reading
from libraries.api.hal.serializers.start import MeDocument

Root = inline_serializer("Root", {"_links": Links()})

root = extend_schema_view(retrieve=reading("getRoot", "Where everything is", tag="Start", document=Root))
me = extend_schema_view(retrieve=reading("getMe", "Who the caller is", tag="Start", document=MeDocument))
