"""Organizations, and the libraries of one."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from rest_framework.request import Request

from libraries.access.lists import visible_libraries_by_page
from libraries.api.hal.pagination import Page
from libraries.api.hal.schema import organizations as schema
from libraries.api.hal.serializers.libraries import LibraryOfOrganizationQuery
from libraries.api.hal.serializers.organizations import (
    NewOrganizationInput,
    OrganizationChange,
    OrganizationDocument,
    OrganizationQuery,
)
from libraries.api.hal.views.base import HalViewSet
from libraries.api.hal.views.libraries import LibraryViewSet
from libraries.api.idempotency import idempotent_behind
from libraries.api.links import path_to
from libraries.api.page_tokens import Keyset
from libraries.api.preconditions import precondition
from libraries.errors import NameTaken
from libraries.models import Organization, Scope
from libraries.people.administrators import require_superuser
from libraries.people.organizations import Outside, change_organization, create_organization
from libraries.people.queries import get_organization_for, visible_organizations

BY_SLUG = Keyset(("slug",))


@schema.organizations
class OrganizationViewSet(HalViewSet):
    """Organizations that the caller is in; all of them for superusers."""

    document_class = OrganizationDocument
    write_scope = Scope.ORGANIZATION_ADMIN
    fields = {NameTaken: "slug"}

    def list(self, request: Request) -> HttpResponseBase:
        query = self.query(OrganizationQuery)
        found = visible_organizations(self.caller).filter(named_like(query["q"]))
        page = Page(request, query, found, BY_SLUG)
        return self.answer(page.document("inf:organization", self.documents(page.rows)))

    @idempotent_behind(lambda view: require_superuser(view.caller))
    def create(self, request: Request) -> HttpResponseBase:
        require_superuser(self.caller)
        organization = create_organization(**self.body(NewOrganizationInput), actor=self.caller)
        location = path_to("hal:organization", organization.slug)
        return self.answer(self._document_now(organization), status=201, Location=location)

    def retrieve(self, request: Request, slug: str) -> HttpResponseBase:
        return self.answer(self.document(get_organization_for(self.caller, slug)))

    def partial_update(self, request: Request, slug: str) -> HttpResponseBase:
        organization = get_organization_for(self.caller, slug, to_administer=True)
        changes = self.changes(OrganizationChange, lambda: self.document(organization), partial=True)
        outside = changes.pop("outside", None)
        change_organization(
            organization=organization,
            changes=changes,
            outside=Outside(outside) if outside else None,
            precondition=precondition(request, self._document_now),
            actor=self.caller,
        )
        return self.answer(self._document_now(organization))

    def _document_now(self, organization: Organization) -> dict[str, Any]:
        return self.document(get_organization_for(self.caller, organization.slug))


@schema.libraries
class OrganizationLibraryViewSet(LibraryViewSet):
    """Those of an organization's libraries that the caller may see."""

    def list(self, request: Request, slug: str) -> HttpResponseBase:  # type: ignore[override]
        organization = get_organization_for(self.caller, slug)
        found = visible_libraries_by_page(self.caller).filter(organization=organization)
        return self.page(found, self.query(LibraryOfOrganizationQuery))


def named_like(text: str) -> Q:
    """The text is a part of the name or slug."""
    return Q(name__icontains=text) | Q(slug__icontains=text)
