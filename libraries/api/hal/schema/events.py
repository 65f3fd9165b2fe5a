"""Events as OpenAPI; the views wear these declarations as decorators."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_serializer, extend_schema_view, inline_serializer
from rest_framework import serializers

from libraries.api.hal.schema.base import LIBRARY_ID, Links, page_of, reading
from libraries.api.hal.serializers.events import EventDocument, FeedQuery, HistoryQuery

history = extend_schema_view(
    list=reading(
        "listLibraryEvents",
        "List what happened to a library, newest first",
        LIBRARY_ID,
        HistoryQuery,
        tag="Events",
        document=page_of("Event", "inf:event", EventDocument),
        refused=(404, 422),
        description="For its owners and administrators.",
    ),
)
_stretch = inline_serializer(
    "EventFeed",
    {
        "_links": Links(help_text="`next` is always there: at the end of the feed it is where to ask again later."),
        "_embedded": inline_serializer("EventFeedEmbedded", {"inf:event": EventDocument(many=True)}),
        "count": serializers.IntegerField(help_text="How many are on this page; fewer than asked for at the end."),
    },
)
feed = extend_schema_view(
    list=reading(
        "listEvents",
        "Follow what happens, oldest first",
        FeedQuery,
        tag="Events",
        document=extend_schema_serializer(many=False)(type(_stretch))(),
        refused=(422,),
        description=(
            "For administrators, of all that happens in their organizations, and to what is gone by now as well; for "
            "superusers, of everything. Whoever follows `next`, at once or much later, meets every event exactly once: "
            "none ever appears behind the point where a reader has been."
        ),
    ),
)
