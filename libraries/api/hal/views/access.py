"""What people end up with on a library, and why."""

from __future__ import annotations

from django.http import HttpResponseBase
from rest_framework.request import Request

from libraries.access.explain import get_explanation_for
from libraries.access.lists import levels_on_by_page
from libraries.api.hal.pagination import Page, PeopleQuery
from libraries.api.hal.schema import access as schema
from libraries.api.hal.serializers.access import AccessDocument, ExplanationDocument
from libraries.api.hal.views.base import HalViewSet
from libraries.api.page_tokens import Keyset
from libraries.rules.levels import Action

PEOPLE_IN_ORDER = Keyset(("username",))


@schema.access
class AccessViewSet(HalViewSet):
    """Who has access."""

    document_class = AccessDocument

    def list(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW_SHARES)
        query = self.query(PeopleQuery)
        people = levels_on_by_page(library, asker=self.caller)
        named = people.named.filter(username__istartswith=query["q"]) if query["q"] else people.named
        page = Page(request, query, named, PEOPLE_IN_ORDER)
        document = page.document("inf:access", self.documents(page.rows, library=library))
        # Of all, whatever was searched for: a number that a prefix changes would spell the names.
        return self.answer({**document, "unnamed": people.count_unnamed()})


@schema.explanation
class ExplanationViewSet(HalViewSet):
    """Why somebody has access, or none."""

    document_class = ExplanationDocument

    def retrieve(self, request: Request, library_id: str, username: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW)
        explanation = get_explanation_for(self.caller, library, username)
        return self.answer(self.document(explanation, library=library))
