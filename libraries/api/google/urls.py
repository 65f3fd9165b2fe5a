"""The vendor's reference, line by line. `tunedModels/ID` is another spelling of `corpora/ID`."""

from typing import Any

from django.urls import re_path

from libraries.api.google import views

app_name = "google"

LIBRARY = r"(?P<library_id>[^/:]+)"
PERMISSION = r"(?P<permission_id>[^/:]+)"
PERMISSIONS: dict[str, Any] = {"post": "create", "get": "list"}
ONE_PERMISSION: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
ONE_LIBRARY: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
TRANSFER: dict[str, Any] = {"post": "transfer_ownership"}

urlpatterns = [
    re_path(rf"^corpora/{LIBRARY}/permissions\Z", views.CorpusPermissionViewSet.as_view(PERMISSIONS)),
    re_path(rf"^corpora/{LIBRARY}/permissions/{PERMISSION}\Z", views.CorpusPermissionViewSet.as_view(ONE_PERMISSION)),
    re_path(rf"^corpora/{LIBRARY}:transferOwnership\Z", views.CorpusViewSet.as_view(TRANSFER)),
    re_path(r"^corpora\Z", views.CorpusViewSet.as_view({"post": "create", "get": "list"})),
    re_path(rf"^corpora/{LIBRARY}\Z", views.CorpusViewSet.as_view(ONE_LIBRARY)),
    re_path(rf"^tunedModels/{LIBRARY}/permissions\Z", views.TunedModelPermissionViewSet.as_view(PERMISSIONS)),
    re_path(
        rf"^tunedModels/{LIBRARY}/permissions/{PERMISSION}\Z", views.TunedModelPermissionViewSet.as_view(ONE_PERMISSION)
    ),
    re_path(rf"^tunedModels/{LIBRARY}:transferOwnership\Z", views.TunedModelViewSet.as_view(TRANSFER)),
    re_path(r"^tunedModels\Z", views.TunedModelViewSet.as_view({"get": "list"})),
    re_path(rf"^tunedModels/{LIBRARY}\Z", views.TunedModelViewSet.as_view(ONE_LIBRARY)),
    re_path(r"", views.UnknownPathViewSet.as_view({"get": "unknown"})),
]
