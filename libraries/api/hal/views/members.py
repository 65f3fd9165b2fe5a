"""Who is in an organization or a team."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.api.hal.pagination import Page, PeopleQuery
from libraries.api.hal.schema import members as schema
from libraries.api.hal.serializers.members import (
    DepartureDocument,
    MemberDocument,
    MemberInput,
    RemovalQuery,
    TeamMemberDocument,
    TeamMemberInput,
)
from libraries.api.hal.views.access import PEOPLE_IN_ORDER
from libraries.api.hal.views.base import HalViewSet
from libraries.api.preconditions import precondition
from libraries.errors import UnknownPrincipal
from libraries.models import Organization, Scope, Team, User
from libraries.people.departure import preview_departure
from libraries.people.members import put_member, remove_member
from libraries.people.queries import (
    get_member,
    get_member_or_newcomer,
    get_newcomer_to_team,
    get_organization_for,
    get_successor,
    get_team_for,
    members_of,
)
from libraries.people.teams import add_team_member, remove_team_member


class PeopleViewSet(HalViewSet):
    """Who is in a group: an organization or a team."""

    write_scope = Scope.ORGANIZATION_ADMIN
    group: Organization | Team

    def page(self) -> HttpResponseBase:
        query = self.query(PeopleQuery)
        found = members_of(self.group).filter(username__istartswith=query["q"])
        page = Page(self.request, query, found, PEOPLE_IN_ORDER)
        return self.answer(page.document("inf:member", self.documents(page.rows, group=self.group)))

    def document_of(self, user: User) -> dict[str, Any]:
        """As a GET would answer it now."""
        return self.document(get_member(self.group, user.username), group=self.group)

    @property
    def precondition(self) -> Any:
        return precondition(self.request, self.document_of)


@schema.members
class MemberViewSet(PeopleViewSet):
    """Members of an organization."""

    document_class = MemberDocument
    fields = {UnknownPrincipal: "successor"}

    def list(self, request: Request, slug: str) -> HttpResponseBase:
        self.group = get_organization_for(self.caller, slug)
        return self.page()

    def retrieve(self, request: Request, slug: str, username: str) -> HttpResponseBase:
        self.group = get_organization_for(self.caller, slug)
        member = get_member(self.group, username)
        return self.answer(self.document(member, group=self.group))

    def update(self, request: Request, slug: str, username: str) -> HttpResponseBase:
        self.group = organization = get_organization_for(self.caller, slug, to_administer=True)
        found = partial(get_member_or_newcomer, organization, username, actor=self.caller)
        wanted = self.changes(MemberInput, lambda: _standing(found()))
        user = found()
        put_member(organization=organization, user=user, precondition=self.precondition, actor=self.caller, **wanted)
        return self.answer(self.document_of(user))

    def destroy(self, request: Request, slug: str, username: str) -> HttpResponseBase:
        leaving = username == self.caller.username
        self.group = organization = get_organization_for(self.caller, slug, to_administer=not leaving)
        query = self.query(RemovalQuery)
        member = get_member(organization, username)
        successor = get_successor(organization, query["successor"]) if query["successor"] else None
        who: dict[str, Any] = {"organization": organization, "user": member, "actor": self.caller}
        if query["dryRun"] == "true":
            departure = preview_departure(**who)
            if successor:
                departure.require_successor(successor)
            return self.answer(DepartureDocument(departure, context={"request": request}).data)
        remove_member(**who, successor=successor, precondition=self.precondition)
        return Response(status=204)


@schema.team_members
class TeamMemberViewSet(PeopleViewSet):
    """Members of a team."""

    document_class = TeamMemberDocument

    def list(self, request: Request, slug: str, team: str) -> HttpResponseBase:
        self.group = self._team(slug, team)
        return self.page()

    def retrieve(self, request: Request, slug: str, team: str, username: str) -> HttpResponseBase:
        self.group = self._team(slug, team)
        return self.answer(self.document(get_member(self.group, username), group=self.group))

    def update(self, request: Request, slug: str, team: str, username: str) -> HttpResponseBase:
        self.group = found = self._team(slug, team, to_administer=True)
        self.changes(TeamMemberInput, lambda: _standing(get_newcomer_to_team(found, username)))
        user = get_newcomer_to_team(found, username)
        add_team_member(team=found, user=user, precondition=self.precondition, actor=self.caller)
        return self.answer(self.document_of(user))

    def destroy(self, request: Request, slug: str, team: str, username: str) -> HttpResponseBase:
        self.group = found = self._team(slug, team, to_administer=True)
        member = get_member(found, username)
        remove_team_member(team=found, user=member, precondition=self.precondition, actor=self.caller)
        return Response(status=204)

    def _team(self, slug: str, team: str, *, to_administer: bool = False) -> Team:
        organization = get_organization_for(self.caller, slug, to_administer=to_administer)
        return get_team_for(self.caller, organization, team)


def _standing(user: User) -> dict[str, Any]:
    """What cannot change about somebody by putting them somewhere."""
    return {"username": user.username, "active": user.is_active, "serviceAccount": user.service_of_id is not None}
