"""The native API, line by line as its document has it."""

from django.urls import path, re_path

from libraries.api.hal import documentation, views

app_name = "hal"

urlpatterns = [
    path("", views.RootViewSet.as_view({"get": "retrieve"}), name="root"),
    path("me", views.MeViewSet.as_view({"get": "retrieve"}), name="me"),
    path("libraries", views.LibraryViewSet.as_view({"get": "list", "post": "create"}), name="libraries"),
    path(
        "libraries/<str:library_id>",
        views.LibraryViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="library",
    ),
    path("libraries/<str:library_id>/shares", views.ShareViewSet.as_view({"get": "list"}), name="shares"),
    path(
        "libraries/<str:library_id>/shares/<str:principal_id>",
        views.ShareViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="share",
    ),
    path("schema/", documentation.SchemaViewSet.as_view({"get": "retrieve"}), name="schema"),
    path("docs/", documentation.DocsViewSet.as_view({"get": "get"}), name="docs"),
    re_path(r"", views.UnknownPathViewSet.as_view({"get": "unknown"}), name="unknown"),
]
