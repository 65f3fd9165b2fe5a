"""The collaboration calls, line by line as the vendor's document has them, and how its clients choose a dataset."""

from django.urls import path, re_path

from libraries.api.lightly import views

app_name = "lightly"

urlpatterns = [
    path(
        "datasets/<str:datasetId>/collaboration/access",
        views.AccessConfigViewSet.as_view({"post": "create_or_update", "get": "list"}),
        name="configs",
    ),
    path(
        "datasets/<str:datasetId>/collaboration/access/<str:accessConfigId>",
        views.AccessConfigViewSet.as_view({"delete": "destroy"}),
        name="config",
    ),
    path("datasets", views.DatasetViewSet.as_view({"get": "list"}), name="datasets"),
    path(
        "datasets/query/name/<str:datasetName>",
        views.DatasetViewSet.as_view({"get": "list_by_name"}),
        name="datasets-by-name",
    ),
    path("datasets/<str:datasetId>", views.DatasetViewSet.as_view({"get": "retrieve"}), name="dataset"),
    re_path(r"^datasets(?:/|\Z)", views.UnknownPathViewSet.as_view({"get": "unknown"}), name="unknown"),
]
