"""Libraries as OpenAPI; the view wears the declaration as a decorator."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_view

from libraries.api.hal.schema.base import (
    IDEMPOTENCY_KEY,
    LIBRARY_ID,
    LOCATION,
    OF_A_BODY,
    TO_WRITE,
    call,
    page_of,
    reading,
)
from libraries.api.hal.serializers.libraries import LibraryDocument, LibraryInput, LibraryQuery, NewLibraryInput

LIBRARY_PAGE = page_of("Library", "inf:library", LibraryDocument)

libraries = extend_schema_view(
    list=reading(
        "listLibraries",
        "List the libraries that the caller may see, by name",
        LibraryQuery,
        tag="Libraries",
        document=LIBRARY_PAGE,
        refused=(422,),
    ),
    create=call(
        "createLibrary",
        "Create a library, and own it",
        LOCATION,
        IDEMPOTENCY_KEY,
        tag="Libraries",
        request=NewLibraryInput,
        answers={201: LibraryDocument},
        refused=OF_A_BODY,
    ),
    retrieve=reading(
        "getLibrary", "Get a library", LIBRARY_ID, tag="Libraries", document=LibraryDocument, refused=(404,)
    ),
    partial_update=call(
        "patchLibrary",
        "Change a library",
        LIBRARY_ID,
        *TO_WRITE,
        tag="Libraries",
        request=LibraryInput,
        answers={200: LibraryDocument},
        refused=(404, 412, *OF_A_BODY),
        description="Editors change all but `editorsCanShare`, which is for owners and administrators alone.",
    ),
    destroy=call(
        "deleteLibrary",
        "Delete a library, and every share on it",
        LIBRARY_ID,
        *TO_WRITE,
        tag="Libraries",
        answers={204: None},
        refused=(404, 412),
    ),
)
