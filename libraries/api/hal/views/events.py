"""Events: of one library, newest first, and as a feed that programs read on from where they stopped."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from libraries.api.hal.pagination import Page, PageQuery, curies
from libraries.api.hal.schema import events as schema
from libraries.api.hal.serializers.events import EventDocument, FeedQuery, HistoryQuery
from libraries.api.hal.views.base import HalViewSet
from libraries.api.page_tokens import BadToken, Keyset, seal, unseal
from libraries.events.feed import events_after, events_for, events_of, matching
from libraries.models import Scope
from libraries.rules.levels import Action

NEWEST_FIRST = Keyset(("position",), descending=True)
FEED = "events"
"""What a point of the feed is bound to: neither to filters nor to who reads, so that it stays good when these change."""
BEGINNING = 0


@schema.history
class HistoryViewSet(HalViewSet):
    """What happened to a library."""

    document_class = EventDocument

    def list(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW_EVENTS)
        query = self.query(HistoryQuery)
        page = Page(request, query, events_of(library).filter(_condition(query)), NEWEST_FIRST)
        documents = self.documents(page.rows, traced=library.access.administers or library.access.superuser)
        return self.answer(page.document("inf:event", documents))


@schema.feed
class FeedViewSet(HalViewSet):
    """What happened anywhere that the caller administers."""

    document_class = EventDocument
    read_scope = Scope.ORGANIZATION_ADMIN

    def list(self, request: Request) -> HttpResponseBase:
        events = events_for(self.caller)
        query = self.query(FeedQuery)
        stretch = events_after(events, _condition(query), after=_point(query["after"]), count=query["count"])
        following = {
            **request.query_params.dict(),
            "count": query["count"],
            "after": seal([stretch.end], bound_to=FEED),
        }
        links = {
            "self": {"href": request.get_full_path()},
            "next": {"href": f"{request.path}?{urlencode(following)}"},
            "curies": curies(),
        }
        embedded = {"inf:event": self.documents(stretch.events, traced=True)}
        return self.answer({"_links": links, "_embedded": embedded, "count": len(stretch.events)})


def _condition(query: dict[str, Any]) -> Q:
    return matching(**{name: value for name, value in query.items() if name not in PageQuery().fields})


def _point(after: str) -> int:
    """Raises ValidationError for what is not from a link of the feed."""
    if not after:
        return BEGINNING
    try:
        [position] = unseal(after, bound_to=FEED)
    except BadToken:
        raise serializers.ValidationError({"after": ["Not a token from a link of the feed."]}) from None
    return int(position)
