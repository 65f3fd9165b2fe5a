"""Who owns a library, and handing it over."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request

from libraries.api.hal.schema import owner as schema
from libraries.api.hal.serializers.owner import OwnerDocument, OwnerInput
from libraries.api.hal.views.base import HalViewSet
from libraries.api.preconditions import precondition
from libraries.errors import UnknownPrincipal
from libraries.models import Library
from libraries.principals import with_username
from libraries.rules.levels import Action
from libraries.sharing.share import owners_of, transfer_library


@schema.owner
class OwnerViewSet(HalViewSet):
    """The owner, as one thing that is replaced."""

    document_class = OwnerDocument
    fields = {UnknownPrincipal: "username"}

    def retrieve(self, request: Request, library_id: str) -> HttpResponseBase:
        return self.answer(self._document_of(self.library_for(library_id, Action.VIEW_SHARES)))

    def update(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.TRANSFER)
        transfer_library(
            library=library,
            to=with_username(self.body(OwnerInput)["username"]),
            precondition=precondition(request, self._document_of),
            actor=self.caller,
        )
        return self.answer(self._document_of(self.library_for(str(library.pk), Action.VIEW)))

    def _document_of(self, library: Library) -> dict[str, Any]:
        return self.document(owners_of(library), library=library)
