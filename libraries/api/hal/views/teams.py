"""The teams of an organization."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.api.hal.pagination import Page
from libraries.api.hal.schema import teams as schema
from libraries.api.hal.serializers.teams import TeamDocument, TeamInput, TeamPath, TeamQuery
from libraries.api.hal.views.base import HalViewSet
from libraries.api.hal.views.organizations import BY_SLUG, named_like
from libraries.api.links import path_to
from libraries.api.preconditions import precondition
from libraries.api.views import valid
from libraries.errors import NameTaken
from libraries.models import Organization, Scope, Team
from libraries.people.queries import get_organization_for, get_team_for, visible_teams
from libraries.people.teams import delete_team, put_team


@schema.teams
class TeamViewSet(HalViewSet):
    """Teams that the caller is in; all of them for administrators."""

    document_class = TeamDocument
    write_scope = Scope.ORGANIZATION_ADMIN
    fields = {NameTaken: "email"}
    organization: Organization

    def list(self, request: Request, slug: str) -> HttpResponseBase:
        organization = get_organization_for(self.caller, slug)
        query = self.query(TeamQuery)
        page = Page(request, query, visible_teams(self.caller, organization).filter(named_like(query["q"])), BY_SLUG)
        return self.answer(page.document("inf:team", self.documents(page.rows, organization=organization)))

    def retrieve(self, request: Request, slug: str, team: str) -> HttpResponseBase:
        self.organization = get_organization_for(self.caller, slug)
        return self.answer(self._document_at(team))

    def update(self, request: Request, slug: str, team: str) -> HttpResponseBase:
        self.organization = get_organization_for(self.caller, slug, to_administer=True)
        changes = self.changes(TeamInput, lambda: self._standing(team))
        created = put_team(
            organization=self.organization,
            slug=valid(TeamPath, {"slug": team})["slug"],
            changes=changes,
            precondition=precondition(request, lambda found: self._document_at(found.slug)),
            actor=self.caller,
        )
        document = self._document_at(team)
        if not created:
            return self.answer(document)
        return self.answer(document, status=201, Location=path_to("hal:team", slug, team))

    def destroy(self, request: Request, slug: str, team: str) -> HttpResponseBase:
        self.organization = get_organization_for(self.caller, slug, to_administer=True)
        delete_team(
            team=get_team_for(self.caller, self.organization, team),
            precondition=precondition(request, lambda found: self._document_at(found.slug)),
            actor=self.caller,
        )
        return Response(status=204)

    def _standing(self, slug: str) -> dict[str, Any]:
        """What cannot change about the team of the slug, be there one or not."""
        found = self.organization.teams.filter(slug=slug).first()
        identifier = str(found.pk) if found else None
        team = Team(organization=self.organization, slug=slug)
        return {
            "id": identifier,
            "slug": slug,
            "organization": self.organization.slug,
            "principalId": team.principal_name,
        }

    def _document_at(self, slug: str) -> dict[str, Any]:
        """As a GET would answer it now."""
        return self.document(get_team_for(self.caller, self.organization, slug), organization=self.organization)
