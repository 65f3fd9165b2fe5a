"""The service accounts of an organization, and their keys (R13)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.api.hal.pagination import Page
from libraries.api.hal.schema import service_accounts as schema
from libraries.api.hal.serializers.keys import KeyInput, KeyQuery
from libraries.api.hal.serializers.service_accounts import (
    NewServiceAccountKeyDocument,
    ServiceAccountChanges,
    ServiceAccountDocument,
    ServiceAccountInput,
    ServiceAccountKeyDocument,
    ServiceAccountQuery,
    ServiceAccountRemovalQuery,
)
from libraries.api.hal.views.access import PEOPLE_IN_ORDER
from libraries.api.hal.views.base import HalViewSet
from libraries.api.hal.views.keys import KEYS_IN_ORDER
from libraries.api.idempotency import idempotent
from libraries.api.links import path_to
from libraries.api.preconditions import etag_of, precondition, rendered
from libraries.errors import InvalidText, NameTaken, UnknownPrincipal
from libraries.models import ApiKey, Organization, Scope, User
from libraries.people.keys import create_api_key, get_key_of, live_keys_of, revoke_api_key
from libraries.people.queries import get_organization_for, get_successor
from libraries.people.service_accounts import (
    change_service_account,
    create_service_account,
    delete_service_account,
    find_service_accounts,
    get_service_account,
    organization_of,
)


class AdministratorsViewSet(HalViewSet):
    """For administrators of the organization alone, reading too."""

    read_scope = write_scope = Scope.ORGANIZATION_ADMIN

    def organization_at(self, slug: str) -> Organization:
        """Raises OrganizationNotFound, NotAdministrator."""
        return get_organization_for(self.caller, slug, to_administer=True)


@schema.service_accounts
class ServiceAccountViewSet(AdministratorsViewSet):
    """Service accounts, by name."""

    document_class = ServiceAccountDocument
    fields = {NameTaken: "name", InvalidText: "name", UnknownPrincipal: "successor"}

    def list(self, request: Request, slug: str) -> HttpResponseBase:
        organization = self.organization_at(slug)
        query = self.query(ServiceAccountQuery)
        page = Page(request, query, find_service_accounts(organization, query["q"]), PEOPLE_IN_ORDER)
        return self.answer(page.document("inf:service-account", self.documents(page.rows)))

    @idempotent
    def create(self, request: Request, slug: str) -> HttpResponseBase:
        organization = self.organization_at(slug)
        account = create_service_account(organization=organization, **self.body(ServiceAccountInput), actor=self.caller)
        location = path_to("hal:service-account", slug, account.service_name)
        return self.answer(self._document_now(account), status=201, Location=location)

    def retrieve(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        return self.answer(self.document(get_service_account(self.organization_at(slug), name)))

    def partial_update(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        account = get_service_account(self.organization_at(slug), name)
        change_service_account(
            account=account,
            changes=self.changes(ServiceAccountChanges, lambda: self.document(account), partial=True),
            precondition=precondition(request, self._document_now),
            actor=self.caller,
        )
        return self.answer(self._document_now(account))

    def destroy(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        organization = self.organization_at(slug)
        account = get_service_account(organization, name)
        named = self.query(ServiceAccountRemovalQuery)["successor"]
        delete_service_account(
            account=account,
            successor=get_successor(organization, named) if named else None,
            precondition=precondition(request, self._document_now),
            actor=self.caller,
        )
        return Response(status=204)

    def _document_now(self, account: User) -> dict[str, Any]:
        """As a GET would answer it now."""
        return self.document(get_service_account(organization_of(account), account.service_name))


@schema.service_account_keys
class ServiceAccountKeyViewSet(AdministratorsViewSet):
    """The keys of a service account. Each is asked for with another, which it outgrows in nothing."""

    document_class = ServiceAccountKeyDocument
    further_scope = Scope.KEY_MANAGE
    fields = {InvalidText: "name"}
    account: User

    def list(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        self._find_account(slug, name)
        query = self.query(KeyQuery)
        keys = live_keys_of(self.account).select_related("made_by").filter(name__icontains=query["q"])
        page = Page(request, query, keys, KEYS_IN_ORDER)
        return self.answer(page.document("inf:key", self.documents(page.rows, account=self.account)))

    @idempotent
    def create(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        self._find_account(slug, name)
        key, secret = create_api_key(**self.body(KeyInput), user=self.account, asking_key=self.key, actor=self.caller)
        context = {"request": request, "account": self.account, "secret": secret}
        document = NewServiceAccountKeyDocument(key, context=context).data
        location = path_to("hal:service-account-key", slug, name, key.pk)
        headers = {"ETag": etag_of(rendered(self._document_of(key))), "Location": location}
        return Response(document, status=201, headers=headers)

    def retrieve(self, request: Request, slug: str, name: str, key_id: str) -> HttpResponseBase:
        self._find_account(slug, name)
        return self.answer(self._document_of(get_key_of(self.account, key_id)))

    def destroy(self, request: Request, slug: str, name: str, key_id: str) -> HttpResponseBase:
        self._find_account(slug, name)
        key = get_key_of(self.account, key_id)
        precondition(request, self._document_of)(key)  # nothing about a key changes but that it ends: no lock is needed
        revoke_api_key(key=key, asking_key=self.key, actor=self.caller)
        return Response(status=204)

    def _find_account(self, slug: str, name: str) -> None:
        self.account = get_service_account(self.organization_at(slug), name)

    def _document_of(self, key: ApiKey) -> dict[str, Any]:
        return self.document(key, account=self.account)
