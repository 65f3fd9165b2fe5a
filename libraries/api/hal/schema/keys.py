"""API keys as OpenAPI; the view wears the declaration as a decorator."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.schema.base import (
    IDEMPOTENCY_KEY,
    KEY_ID,
    LOCATION,
    OF_A_BODY,
    TO_WRITE,
    call,
    page_of,
    reading,
)
from libraries.api.hal.serializers.keys import KeyDocument, KeyInput, KeyQuery, NewKeyDocument

keys = extend_schema_view(
    list=reading(
        "listKeys",
        "List the caller's keys that open anything, oldest first",
        KeyQuery,
        tag="Keys",
        document=page_of("Key", "inf:key", KeyDocument),
        refused=(422,),
    ),
    create=call(
        "createKey",
        "Make a key, which is shown this once",
        LOCATION,
        IDEMPOTENCY_KEY,
        tag="Keys",
        request=KeyInput,
        answers={201: NewKeyDocument},
        refused=OF_A_BODY,
        description="The new key has no scope that the asking one lacks, does not outlast it, and is revoked with it.",
    ),
    retrieve=reading("getKey", "Get a key of the caller", KEY_ID, tag="Keys", document=KeyDocument, refused=(404,)),
    destroy=call(
        "deleteKey",
        "Revoke a key of the caller",
        KEY_ID,
        *TO_WRITE,
        tag="Keys",
        answers={204: None},
        refused=(404, 412),
        description="And with it every key that was made with it. Any key revokes itself; with key:manage also those that "
        "have no scope beyond its own.",
    ),
)
