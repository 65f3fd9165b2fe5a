"""Libraries: each method is door, body, verb, answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.access.compiled import first_visible_libraries
from libraries.access.lists import visible_libraries_by_page
from libraries.access.names import with_names_for
from libraries.api.hal.pagination import Page
from libraries.api.hal.schema import libraries as schema
from libraries.api.hal.serializers.libraries import LibraryDocument, LibraryInput, LibraryQuery, NewLibraryInput
from libraries.api.hal.views.base import HalViewSet
from libraries.api.idempotency import idempotent
from libraries.api.links import path_to
from libraries.api.page_tokens import Keyset
from libraries.api.preconditions import precondition
from libraries.library_lifecycle import change_library, create_library, delete_library, require_any_change
from libraries.models import Library, User
from libraries.rules.levels import Action, Level

LIBRARIES_IN_ORDER = Keyset(("name", "id"))


@schema.libraries
class LibraryViewSet(HalViewSet):
    """Libraries that the caller may see."""

    document_class = LibraryDocument

    def list(self, request: Request) -> HttpResponseBase:
        query = self.query(LibraryQuery)
        if _wants_the_first_of_all(query):
            first = partial(first_visible_libraries, self.caller)
            return self._answered(Page(request, query, Library.objects.none, LIBRARIES_IN_ORDER, first=first))
        found = visible_libraries_by_page(self.caller)
        if slug := query["organization"]:
            found = found.filter(organization__slug=slug)
        return self.page(found, query)

    def page(self, libraries: Any, query: dict[str, Any]) -> HttpResponseBase:
        """Those of the libraries that the query asks for, each as it is for the caller."""
        found = _filtered_libraries(libraries, query, self.caller).with_access_of(self.caller)
        return self._answered(Page(self.request, query, with_names_for(found, self.caller), LIBRARIES_IN_ORDER))

    def _answered(self, page: Page) -> HttpResponseBase:
        return self.answer(page.document("inf:library", self.documents(page.rows)))

    @idempotent
    def create(self, request: Request) -> HttpResponseBase:
        library = create_library(**self.body(NewLibraryInput), actor=self.caller)
        library = self.library_for(str(library.pk), Action.VIEW)
        return self.answer(self.document(library), status=201, Location=path_to("hal:library", library.short_name))

    def retrieve(self, request: Request, library_id: str) -> HttpResponseBase:
        return self.answer(self.document(self.library_for(library_id, Action.VIEW)))

    def partial_update(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW)
        require_any_change(library)
        changes = self.changes(LibraryInput, lambda: self.document(library), partial=True)
        library = change_library(
            library=library,
            changes=changes,
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return self.answer(self.document(library))

    def destroy(self, request: Request, library_id: str) -> HttpResponseBase:
        delete_library(
            library=self.library_for(library_id, Action.DELETE),
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return Response(status=204)


def _wants_the_first_of_all(query: dict[str, Any]) -> bool:
    """Whether nothing is filtered and no page is named."""
    return not any(query[name] for name in ("organization", "q", "start", "after", "before")) and (
        int(query["minLevel"]) == Level.NONE
    )


def _filtered_libraries(libraries: Any, query: dict[str, Any], user: User) -> Any:
    if text := query["q"]:
        libraries = libraries.filter(Q(name__icontains=text) | Q(natural_id__icontains=text))
    return libraries.holding(user, Level(int(query["minLevel"])))
