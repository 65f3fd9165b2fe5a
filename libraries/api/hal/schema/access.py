"""Access as OpenAPI; the views wear these declarations as decorators."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers

from libraries.api.hal.pagination import PeopleQuery
from libraries.api.hal.schema.base import LIBRARY_ID, USERNAME, page_of, reading
from libraries.api.hal.serializers.access import AccessDocument, ExplanationDocument

UNNAMED = serializers.IntegerField(help_text="How many more people have access, of whom the caller may not know.")

access = extend_schema_view(
    list=reading(
        "listAccess",
        "List the people who have access by any share, with what all shares add up to, by username",
        LIBRARY_ID,
        PeopleQuery,
        tag="Access",
        document=page_of("Access", "inf:access", AccessDocument, unnamed=UNNAMED),
        refused=(404, 422),
        description=(
            "For who may see the share list. Named are those of whom the caller may know: who is in an organization "
            "with the caller, and whom a share of the library names; superusers are told all names. How many others "
            "there are is in `unnamed`, whatever `q` says. The power of administrators is no level: who has nothing else is not listed."
        ),
    ),
)

explanation = extend_schema_view(
    retrieve=reading(
        "getAccess",
        "Get what somebody ends up with on a library, and every share that reached them",
        LIBRARY_ID,
        USERNAME,
        tag="Access",
        document=ExplanationDocument,
        refused=(404,),
        description=(
            "For oneself; for owners and administrators about others. Somebody of whom the caller may not know is not "
            "found, just as a name that nobody has."
        ),
    ),
)
