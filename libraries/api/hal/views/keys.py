"""The caller's own API keys. Each is asked for with another, which it outgrows in nothing and ends with (R13)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.api.hal.pagination import Page
from libraries.api.hal.schema import keys as schema
from libraries.api.hal.serializers.keys import KeyDocument, KeyInput, KeyQuery, NewKeyDocument
from libraries.api.hal.views.base import HalViewSet
from libraries.api.idempotency import idempotent
from libraries.api.links import path_to
from libraries.api.page_tokens import Keyset
from libraries.api.preconditions import etag_of, precondition, rendered
from libraries.errors import InvalidText
from libraries.identifiers import is_uuid
from libraries.models import ApiKey, Scope
from libraries.people.keys import create_api_key, get_key_of, live_keys_of, revoke_api_key

KEYS_IN_ORDER = Keyset(("id",))


@schema.keys
class KeyViewSet(HalViewSet):
    """Keys are managed with a key for that, within what it may do itself; any other ends itself and no more."""

    document_class = KeyDocument
    read_scope = write_scope = Scope.KEY_MANAGE
    fields = {InvalidText: "name"}

    def needed_scope(self) -> Scope | None:
        return None if self.action == "destroy" and _is_key(self.key, self.kwargs["key_id"]) else super().needed_scope()

    def list(self, request: Request) -> HttpResponseBase:
        query = self.query(KeyQuery)
        page = Page(request, query, live_keys_of(self.caller).filter(name__icontains=query["q"]), KEYS_IN_ORDER)
        return self.answer(page.document("inf:key", self.documents(page.rows)))

    @idempotent
    def create(self, request: Request) -> HttpResponseBase:
        key, secret = create_api_key(**self.body(KeyInput), user=self.caller, asking_key=self.key, actor=self.caller)
        document = NewKeyDocument(key, context={"request": request, "secret": secret}).data
        headers = {"ETag": etag_of(rendered(self.document(key))), "Location": path_to("hal:key", key.pk)}
        return Response(document, status=201, headers=headers)

    def retrieve(self, request: Request, key_id: str) -> HttpResponseBase:
        return self.answer(self.document(get_key_of(self.caller, key_id)))

    def destroy(self, request: Request, key_id: str) -> HttpResponseBase:
        key = get_key_of(self.caller, key_id)
        precondition(request, self.document)(key)  # nothing about a key changes but that it ends: no lock is needed
        revoke_api_key(key=key, asking_key=self.key, actor=self.caller)
        return Response(status=204)


def _is_key(key: ApiKey, identifier: str) -> bool:
    return is_uuid(identifier) and UUID(identifier) == key.pk
