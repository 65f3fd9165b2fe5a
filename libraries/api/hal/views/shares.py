"""The shares of a library: the four documented calls, and many at once."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.access.compiled import next_shares
from libraries.api.hal.pagination import Page
from libraries.api.hal.schema import shares as schema
from libraries.api.hal.serializers.shares import ManyInput, ShareDocument, ShareInput, ShareQuery, many_document
from libraries.api.hal.views.base import HalViewSet, templated
from libraries.api.idempotency import idempotent_behind
from libraries.api.links import path_to
from libraries.api.page_tokens import Keyset
from libraries.api.preconditions import precondition
from libraries.errors import ShareNotFound
from libraries.models import Library, Share
from libraries.principals import named
from libraries.rules.levels import Action, Kind
from libraries.sharing.bulk import Item, share_many
from libraries.sharing.rules import KEEP, Wanted
from libraries.sharing.search import principal_begins_with
from libraries.sharing.share import revoke_share, share_library

SHARES_IN_ORDER = Keyset(("id",))


@schema.shares
class ShareViewSet(HalViewSet):
    """Whom a library is shared with: the four documented calls, and many at once."""

    document_class = ShareDocument

    def list(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW_SHARES)
        query = self.query(ShareQuery)
        condition = _share_filter(library, query)

        def found() -> Any:
            return library.shares.with_principals().filter(condition)

        page = Page(request, query, found, SHARES_IN_ORDER, **({} if condition else _all_of(library)))
        find = templated(path_to("hal:shares", library_id) + "/{principalId}")
        return self.answer(page.document("inf:share", self.documents(page.rows), find=find))

    @idempotent_behind(lambda view, library_id: view.library_for(library_id, Action.SHARE))
    def create(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.SHARE)
        body = self.body(ManyInput)
        items = [_item(share) for share in body["shares"]]
        changes = share_many(library=library, items=items, dry_run=body["dryRun"], actor=self.caller)
        return self.answer(many_document(items, changes))

    def retrieve(self, request: Request, library_id: str, principal_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW_SHARES)
        share = named(principal_id).share_of(library)
        if share is None:
            raise ShareNotFound(principal_id)
        return self.answer(self.document(share))

    def update(self, request: Request, library_id: str, principal_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.SHARE)
        principal = named(principal_id)
        body = self.changes(ShareInput, lambda: {"principalId": principal.text, "libraryId": str(library.pk)})
        share, _ = share_library(
            library=library,
            principal=principal,
            level=body["accessLevel"],
            expires_at=body.get("expiresAt", KEEP),
            note=body.get("note", KEEP),
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return self.answer(self.document(share))

    def destroy(self, request: Request, library_id: str, principal_id: str) -> HttpResponseBase:
        revoke_share(
            library=self.library_for(library_id, Action.VIEW),
            principal=named(principal_id),
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return Response(status=204)


def _all_of(library: Library) -> dict[str, Any]:
    """How a page of all shares is read, and how many there are."""

    def behind(key: list[str], number: int) -> list[Share]:
        return next_shares(library, number, after=UUID(key[0]))

    return {"total": library.share_count, "first": partial(next_shares, library), "behind": behind}


def _item(share: dict[str, Any]) -> Item:
    level = share["accessLevel"]
    wanted = None if level is None else Wanted(level, share.get("expiresAt", KEEP), share.get("note", KEEP))
    return Item(named(share["principalId"]), wanted)


def _share_filter(library: Library, query: dict[str, Any]) -> Q:
    condition = Q()
    if "kind" in query:
        condition &= Q(kind=Kind[query["kind"].upper()])
    if "accessLevel" in query:
        condition &= Q(level=int(query["accessLevel"]))
    return condition & principal_begins_with(library, query["q"]) if query["q"] else condition
