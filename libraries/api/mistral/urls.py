"""The libraries and their accesses, line by line as the vendor's reference has them."""

from django.urls import path, re_path

from libraries.api.mistral import views

app_name = "mistral"

urlpatterns = [
    path("libraries", views.LibraryViewSet.as_view({"get": "list", "post": "create"}), name="libraries"),
    path(
        "libraries/<str:library_id>",
        views.LibraryViewSet.as_view(
            {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
        ),
        name="library",
    ),
    path(
        "libraries/<str:library_id>/share",
        views.SharingViewSet.as_view({"get": "list", "put": "update", "delete": "destroy"}),
        name="share",
    ),
    re_path(r"^libraries/", views.UnknownPathViewSet.as_view({"get": "unknown"}), name="unknown"),
]
