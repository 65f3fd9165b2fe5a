"""The native API's start as OpenAPI; the views wear these declarations as decorators."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view, inline_serializer

from libraries.api.hal.schema.base import OF_A_BODY, TO_WRITE, Links, call, reading
from libraries.api.hal.serializers.start import MeDocument, MeInput

Root = inline_serializer("Root", {"_links": Links()})

root = extend_schema_view(retrieve=reading("getRoot", "Where everything is", tag="Start", document=Root))
me = extend_schema_view(
    retrieve=reading("getMe", "Who the caller is", tag="Start", document=MeDocument),
    partial_update=call(
        "patchMe",
        "Choose the caller's default organization",
        *TO_WRITE,
        tag="Start",
        request=MeInput,
        answers={200: MeDocument},
        refused=(412, *OF_A_BODY),
        description=(
            "For who is in several: there libraries are made where no organization is named, in the dialects that "
            "cannot name one too. Leaving the organization clears it. Takes the scope `library:write`."
        ),
    ),
)
