"""Shares as OpenAPI; the view wears the declaration as a decorator."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.schema.base import LIBRARY_ID, OF_A_BODY, PRINCIPAL_ID, TO_WRITE, call, page_of, reading
from libraries.api.hal.serializers.shares import ShareDocument, ShareInput, ShareQuery

shares = extend_schema_view(
    list=reading(
        "listShares",
        "List all shares for a library, oldest first",
        LIBRARY_ID,
        ShareQuery,
        tag="Sharing",
        document=page_of("Share", "inf:share", ShareDocument),
        refused=(404, 422),
    ),
    retrieve=reading(
        "getShare",
        "Get a specific share for a principal",
        LIBRARY_ID,
        PRINCIPAL_ID,
        tag="Sharing",
        document=ShareDocument,
        refused=(404,),
    ),
    update=call(
        "putShare",
        "Create or update a share for a principal",
        LIBRARY_ID,
        PRINCIPAL_ID,
        *TO_WRITE,
        tag="Sharing",
        request=ShareInput,
        answers={200: ShareDocument},
        refused=(404, 412, *OF_A_BODY),
        description=(
            "Sent again it changes nothing. `expiresAt` and `note`, where they are left out, stay as they are on a "
            "share that is running: so leaving one out never gives access for longer. On a share that is over, an "
            "`expiresAt` left out means no end."
        ),
    ),
    destroy=call(
        "deleteShare",
        "Remove a share for a principal",
        LIBRARY_ID,
        PRINCIPAL_ID,
        *TO_WRITE,
        tag="Sharing",
        answers={204: None},
        refused=(404, 412),
        description="Anyone may remove their own user share, unless they own the library.",
    ),
)
