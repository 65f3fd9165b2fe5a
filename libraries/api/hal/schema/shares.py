"""Shares as OpenAPI; the view wears the declaration as a decorator."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view, inline_serializer
from rest_framework import serializers

from libraries.api.hal.schema.base import (
    IDEMPOTENCY_KEY,
    LIBRARY_ID,
    OF_A_BODY,
    PRINCIPAL_ID,
    TO_WRITE,
    call,
    page_of,
    reading,
)
from libraries.api.hal.serializers.base import OptionalLevelField
from libraries.api.hal.serializers.shares import ManyInput, ShareDocument, ShareInput, ShareQuery

ManyResult = inline_serializer(
    "ManyResult",
    {
        "principalId": serializers.CharField(),
        "from": OptionalLevelField(help_text="null: had no share."),
        "to": OptionalLevelField(help_text="null: has none."),
    },
)
ManyShares = inline_serializer(
    "ManyShares",
    {
        "changed": serializers.IntegerField(),
        "unchanged": serializers.IntegerField(),
        "results": type(ManyResult)(many=True, help_text="In the order of the body."),
    },
)

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
    create=call(
        "postShares",
        "Change many shares at once, all or nothing",
        LIBRARY_ID,
        IDEMPOTENCY_KEY,
        tag="Sharing",
        request=ManyInput,
        answers={200: ManyShares},
        refused=(404, *OF_A_BODY),
        description=(
            "The rules are those of a PUT or a DELETE for each, apart from this: taking away a share that is not "
            "there changes nothing. If one is refused nothing changes, and `errors` names the first 20: 403 where each is "
            "one that the caller may not make, 422 otherwise. Who may not share leaves by a DELETE of their own."
        ),
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
            "`expiresAt` left out is refused: name an end, or null."
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
