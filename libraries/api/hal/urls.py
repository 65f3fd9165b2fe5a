"""The native API, line by line as its document has it."""

from typing import Any

from django.urls import path, re_path

from libraries.api.hal import documentation
from libraries.api.hal.views import (
    access,
    events,
    keys,
    libraries,
    members,
    organizations,
    owner,
    service_accounts,
    shares,
    start,
    teams,
)

app_name = "hal"

ONE: Any = {"get": "retrieve", "put": "update", "delete": "destroy"}
"""A thing that is put at its path."""

urlpatterns = [
    path("", start.RootViewSet.as_view({"get": "retrieve"}), name="root"),
    path("me", start.MeViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="me"),
    path("keys", keys.KeyViewSet.as_view({"get": "list", "post": "create"}), name="keys"),
    path("keys/<str:key_id>", keys.KeyViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="key"),
    path("libraries", libraries.LibraryViewSet.as_view({"get": "list", "post": "create"}), name="libraries"),
    path(
        "libraries/<str:library_id>",
        libraries.LibraryViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="library",
    ),
    path(
        "libraries/<str:library_id>/shares",
        shares.ShareViewSet.as_view({"get": "list", "post": "create"}),
        name="shares",
    ),
    path(
        "libraries/<str:library_id>/shares/<str:principal_id>",
        shares.ShareViewSet.as_view(ONE),
        name="share",
    ),
    path(
        "libraries/<str:library_id>/owner",
        owner.OwnerViewSet.as_view({"get": "retrieve", "put": "update"}),
        name="owner",
    ),
    path("libraries/<str:library_id>/access", access.AccessViewSet.as_view({"get": "list"}), name="access"),
    path(
        "libraries/<str:library_id>/access/<str:username>",
        access.ExplanationViewSet.as_view({"get": "retrieve"}),
        name="access-of",
    ),
    path(
        "organizations",
        organizations.OrganizationViewSet.as_view({"get": "list", "post": "create"}),
        name="organizations",
    ),
    path(
        "organizations/<str:slug>",
        organizations.OrganizationViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="organization",
    ),
    path(
        "organizations/<str:slug>/libraries",
        organizations.OrganizationLibraryViewSet.as_view({"get": "list"}),
        name="organization-libraries",
    ),
    path(
        "organizations/<str:slug>/members",
        members.MemberViewSet.as_view({"get": "list"}),
        name="organization-members",
    ),
    path(
        "organizations/<str:slug>/members/<str:username>",
        members.MemberViewSet.as_view(ONE),
        name="organization-member",
    ),
    path("organizations/<str:slug>/teams", teams.TeamViewSet.as_view({"get": "list"}), name="organization-teams"),
    path("organizations/<str:slug>/teams/<str:team>", teams.TeamViewSet.as_view(ONE), name="team"),
    path(
        "organizations/<str:slug>/teams/<str:team>/members",
        members.TeamMemberViewSet.as_view({"get": "list"}),
        name="team-members",
    ),
    path(
        "organizations/<str:slug>/teams/<str:team>/members/<str:username>",
        members.TeamMemberViewSet.as_view(ONE),
        name="team-member",
    ),
    path(
        "organizations/<str:slug>/service-accounts",
        service_accounts.ServiceAccountViewSet.as_view({"get": "list", "post": "create"}),
        name="service-accounts",
    ),
    path(
        "organizations/<str:slug>/service-accounts/<str:name>",
        service_accounts.ServiceAccountViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
        name="service-account",
    ),
    path(
        "organizations/<str:slug>/service-accounts/<str:name>/keys",
        service_accounts.ServiceAccountKeyViewSet.as_view({"get": "list", "post": "create"}),
        name="service-account-keys",
    ),
    path(
        "organizations/<str:slug>/service-accounts/<str:name>/keys/<str:key_id>",
        service_accounts.ServiceAccountKeyViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="service-account-key",
    ),
    path("libraries/<str:library_id>/events", events.HistoryViewSet.as_view({"get": "list"}), name="history"),
    path("events", events.FeedViewSet.as_view({"get": "list"}), name="feed"),
    path("schema/", documentation.SchemaViewSet.as_view({"get": "retrieve"}), name="schema"),
    path("docs/", documentation.DocsViewSet.as_view({"get": "get"}), name="docs"),
    re_path(r"", start.UnknownPathViewSet.as_view({"get": "unknown"}), name="unknown"),
]
