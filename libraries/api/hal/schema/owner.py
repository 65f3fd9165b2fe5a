"""Ownership as OpenAPI; the view wears the declaration as a decorator."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.schema.base import LIBRARY_ID, OF_A_BODY, TO_WRITE, call, reading
from libraries.api.hal.serializers.owner import OwnerDocument, OwnerInput

owner = extend_schema_view(
    retrieve=reading(
        "getOwner", "Get who owns a library", LIBRARY_ID, tag="Sharing", document=OwnerDocument, refused=(404,)
    ),
    update=call(
        "putOwner",
        "Transfer a library",
        LIBRARY_ID,
        *TO_WRITE,
        tag="Sharing",
        request=OwnerInput,
        answers={200: OwnerDocument},
        refused=(404, 412, *OF_A_BODY),
        description="An owner's transfer makes that owner an editor; an administrator's makes every other owner one.",
    ),
)
