"""The native API: each method is door, body, verb, answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.urls import reverse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.access import get_library_for
from libraries.api.failures import Failure
from libraries.api.hal import schema
from libraries.api.hal.errors import STATUSES, problem
from libraries.api.hal.pagination import Page, curies
from libraries.api.hal.preconditions import etag_of, has_already, precondition
from libraries.api.hal.serializers import (
    HalSerializer,
    LibraryDocument,
    LibraryInput,
    LibraryQuery,
    MeDocument,
    NewLibraryInput,
    ShareDocument,
    ShareInput,
    ShareQuery,
)
from libraries.api.keyset import Keyset
from libraries.api.parsers import StrictJSONParser
from libraries.api.views import DialectViewSet, UnknownPathMixin
from libraries.errors import ShareNotFound
from libraries.levels import Action, Kind, Level
from libraries.lifecycle import change_library, create_library, delete_library, require_any_change
from libraries.models import EVERYONE, Library, Organization, Team, User
from libraries.principals import ORGANIZATION_PREFIX, TEAM_PREFIX, named
from libraries.sharing import KEEP, revoke_share, share_library

SHARES_IN_ORDER = Keyset(("id",))
LIBRARIES_IN_ORDER = Keyset(("name", "id"))


class HalParser(StrictJSONParser):
    media_type = "application/hal+json"


class HalRenderer(JSONRenderer):
    media_type = "application/hal+json"
    format = "hal"


class HalNegotiation(DefaultContentNegotiation):
    """`Accept: application/json` gets HAL too, since HAL is JSON."""

    def get_accept_list(self, request: Request) -> list[str]:
        return [
            accept.replace("application/json", "application/hal+json") for accept in super().get_accept_list(request)
        ]


class HalViewSet(DialectViewSet):
    dialect = "hal"
    statuses = STATUSES
    parser_classes = [StrictJSONParser, HalParser]
    renderer_classes: Any = [HalRenderer]
    content_negotiation_class: Any = HalNegotiation
    document_class: type[HalSerializer]

    def error_response(self, failure: Failure) -> HttpResponse:
        return problem(failure, self.request.path)

    def library_for(self, identifier: str, action: Action) -> Library:
        return get_library_for(self.caller, identifier, action)

    def document(self, thing: Any) -> dict[str, Any]:
        return self.document_class(thing, context={"request": self.request}).data

    def documents(self, things: Sequence[Any]) -> list[dict[str, Any]]:
        return list(self.document_class(things, many=True, context={"request": self.request}).data)

    def answer(self, document: dict[str, Any], status: int = 200, **headers: str) -> HttpResponseBase:
        """The document with its ETag; 304 for a reader who has it already. Raises PreconditionFailed."""
        etag = etag_of(document)
        if self.request.method in SAFE_METHODS and has_already(self.request, etag):
            return HttpResponseNotModified(headers={"ETag": etag})
        return Response(document, status=status, headers={"ETag": etag, **headers})


@schema.root
class RootViewSet(HalViewSet):
    """The way to everything else."""

    def retrieve(self, request: Request) -> HttpResponseBase:
        library = reverse("hal:library", args=["LIBRARY"]).replace("LIBRARY", "{id}")
        shares = reverse("hal:shares", args=["LIBRARY"]).replace("LIBRARY", "{id}")
        links = {
            "self": {"href": request.get_full_path()},
            "inf:me": {"href": reverse("hal:me")},
            "inf:libraries": _templated(reverse("hal:libraries") + "{?q,organization,minLevel,start,count}"),
            "inf:library": _templated(library),
            "inf:shares": _templated(shares + "{?kind,accessLevel,q,start,count}"),
            "inf:share": _templated(shares + "/{principalId}"),
            "describedby": {"href": reverse("hal:schema")},
            "help": {"href": reverse("hal:docs")},
            "curies": curies(),
        }
        return self.answer({"_links": links})


def _templated(href: str) -> dict[str, Any]:
    return {"href": href, "templated": True}


@schema.me
class MeViewSet(HalViewSet):
    """Who the caller is."""

    def retrieve(self, request: Request) -> HttpResponseBase:
        groups = self.caller.groups.all()
        teams = Team.objects.filter(group__in=groups).select_related("organization")
        caller = {
            "user": self.caller,
            "organizations": Organization.objects.filter(group__in=groups),
            "teams": teams.order_by("organization__slug", "slug"),
            "key": request.auth,
        }
        return self.answer(MeDocument(caller).data)


@schema.libraries
class LibraryViewSet(HalViewSet):
    """Libraries that the caller may see."""

    document_class = LibraryDocument

    def list(self, request: Request) -> HttpResponseBase:
        query = self.query(LibraryQuery)
        found = _filtered_libraries(Library.objects.visible_to(self.caller), query, self.caller)
        page = Page(request, query, found.with_access_of(self.caller), LIBRARIES_IN_ORDER)
        return self.answer(page.document("inf:library", self.documents(page.rows)))

    def create(self, request: Request) -> HttpResponseBase:
        library = create_library(**self.body(NewLibraryInput), actor=self.caller)
        document = self.document(self.library_for(str(library.pk), Action.VIEW))
        return self.answer(document, status=201, Location=reverse("hal:library", args=[library.natural_id]))

    def retrieve(self, request: Request, library_id: str) -> HttpResponseBase:
        return self.answer(self.document(self.library_for(library_id, Action.VIEW)))

    def partial_update(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW)
        require_any_change(library)
        library = change_library(
            library=library,
            changes=self.body(LibraryInput, partial=True),
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return self.answer(self.document(library))

    def destroy(self, request: Request, library_id: str) -> HttpResponseBase:
        delete_library(
            library=self.library_for(library_id, Action.DELETE),
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return Response(status=204)


def _filtered_libraries(libraries: Any, query: dict[str, Any], user: User) -> Any:
    if text := query["q"]:
        libraries = libraries.filter(Q(name__icontains=text) | Q(natural_id__icontains=text))
    if slug := query["organization"]:
        libraries = libraries.filter(organization__slug=slug)
    return libraries.holding(user, Level(int(query["minLevel"])))


@schema.shares
class ShareViewSet(HalViewSet):
    """Whom a library is shared with: the four documented calls."""

    document_class = ShareDocument

    def list(self, request: Request, library_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW_SHARES)
        query = self.query(ShareQuery)
        condition = _share_filter(query)
        found = library.shares.with_principals().filter(condition)
        page = Page(request, query, found, SHARES_IN_ORDER, total=None if condition else library.share_count)
        find = _templated(reverse("hal:shares", args=[library_id]) + "/{principalId}")
        return self.answer(page.document("inf:share", self.documents(page.rows), find=find))

    def retrieve(self, request: Request, library_id: str, principal_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.VIEW_SHARES)
        share = named(principal_id).share_of(library)
        if share is None:
            raise ShareNotFound(principal_id)
        return self.answer(self.document(share))

    def update(self, request: Request, library_id: str, principal_id: str) -> HttpResponseBase:
        library = self.library_for(library_id, Action.SHARE)
        body = self.body(ShareInput)
        share, _ = share_library(
            library=library,
            principal=named(principal_id),
            level=body["accessLevel"],
            expires_at=body.get("expiresAt", KEEP),
            note=body.get("note", KEEP),
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return self.answer(self.document(share))

    def destroy(self, request: Request, library_id: str, principal_id: str) -> HttpResponseBase:
        revoke_share(
            library=self.library_for(library_id, Action.VIEW),
            principal=named(principal_id),
            precondition=precondition(request, self.document),
            actor=self.caller,
        )
        return Response(status=204)


def _share_filter(query: dict[str, Any]) -> Q:
    condition = Q()
    if "kind" in query:
        condition &= Q(kind=Kind[query["kind"].upper()])
    if "accessLevel" in query:
        condition &= Q(level=int(query["accessLevel"]))
    return condition & _principal_begins_with(query["q"]) if query["q"] else condition


def _principal_begins_with(text: str) -> Q:
    condition = Q(user__username__istartswith=text) | Q(user__email__istartswith=text)
    condition |= Q(team__slug__istartswith=text.removeprefix(TEAM_PREFIX)) | Q(team__email__istartswith=text)
    condition |= Q(organization__slug__istartswith=text.removeprefix(ORGANIZATION_PREFIX))
    return condition | Q(kind=Kind.EVERYONE) if EVERYONE.startswith(text.lower()) else condition


class UnknownPathViewSet(UnknownPathMixin, HalViewSet):
    """The 404 of paths that the native API does not have."""
