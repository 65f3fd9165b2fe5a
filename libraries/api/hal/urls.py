"""The native API, line by line as its document has it."""

from django.urls import path, re_path

from libraries.api.hal import documentation
from libraries.api.hal.views import events, libraries, shares, start

app_name = "hal"

urlpatterns = [
    path("", start.RootViewSet.as_view({"get": "retrieve"}), name="root"),
    path("me", start.MeViewSet.as_view({"get": "retrieve"}), name="me"),
    path("libraries", libraries.LibraryViewSet.as_view({"get": "list", "post": "create"}), name="libraries"),
    path(
        "libraries/<str:library_id>",
        libraries.LibraryViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="library",
    ),
    path("libraries/<str:library_id>/shares", shares.ShareViewSet.as_view({"get": "list"}), name="shares"),
    path(
        "libraries/<str:library_id>/shares/<str:principal_id>",
        shares.ShareViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="share",
    ),
    path("libraries/<str:library_id>/events", events.HistoryViewSet.as_view({"get": "list"}), name="history"),
    path("events", events.FeedViewSet.as_view({"get": "list"}), name="feed"),
    path("schema/", documentation.SchemaViewSet.as_view({"get": "retrieve"}), name="schema"),
    path("docs/", documentation.DocsViewSet.as_view({"get": "get"}), name="docs"),
    re_path(r"", start.UnknownPathViewSet.as_view({"get": "unknown"}), name="unknown"),
]
