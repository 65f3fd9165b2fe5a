"""The Authorization API, endpoint by endpoint in the order of its specification, with the metadata last."""

from typing import Any

from django.urls import path, re_path

from libraries.api.authzen import views

app_name = "authzen"

POST: dict[str, Any] = {"post": "create"}

urlpatterns = [
    path("access/v1/evaluation", views.EvaluationViewSet.as_view(POST), name="evaluation"),
    path("access/v1/evaluations", views.EvaluationsViewSet.as_view(POST), name="evaluations"),
    path("access/v1/search/subject", views.SubjectSearchViewSet.as_view(POST), name="search-subject"),
    path("access/v1/search/resource", views.ResourceSearchViewSet.as_view(POST), name="search-resource"),
    path("access/v1/search/action", views.ActionSearchViewSet.as_view(POST), name="search-action"),
    path(".well-known/authzen-configuration", views.MetadataViewSet.as_view({"get": "retrieve"}), name="metadata"),
    re_path(r"^access/v1/", views.UnknownPathViewSet.as_view({"get": "unknown"}), name="unknown"),
]
