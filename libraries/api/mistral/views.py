"""The libraries and their accesses: each method is door, body, verb, answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from libraries.access.lists import count_visible_libraries, visible_libraries, visible_libraries_by_page
from libraries.api.failures import Failure
from libraries.api.mistral.errors import STATUSES, refusal
from libraries.api.mistral.pagination import LibrariesQuery, Page, size_for_clients_without_pages
from libraries.api.mistral.serializers import (
    CreateLibraryRequest,
    HTTPValidationError,
    LibraryDocument,
    ListLibrariesResponse,
    ListSharingResponse,
    Refusal,
    Sharing,
    SharingDelete,
    SharingRequest,
    UpdateLibraryRequest,
    shown,
    with_members,
)
from libraries.api.schema import body_on_delete
from libraries.api.views import DialectViewSet, UnknownPathMixin, valid
from libraries.errors import LibraryNotFound, ShareNotFound
from libraries.library_lifecycle import change_library, create_library, delete_library
from libraries.models import Library, LibraryQuerySet, Share, User
from libraries.models.libraries import FEW_GRANTS
from libraries.people.queries import visible_organizations
from libraries.principals import PRINCIPAL_COLUMNS, PrincipalReference, with_id
from libraries.rules.levels import Action, Level
from libraries.sharing.share import revoke_share, share_library

LIBRARY_ID = OpenApiParameter(
    "library_id", str, "path", description="UUID, natural id (`handbook`, or `acme.handbook`) or object id."
)


def _operation(name: str, answer: Any, *, status: int = 200, **more: Any) -> Callable[[Any], Any]:
    """The operation under the id that the vendor's own document gives it."""
    ambiguous = [409] if LIBRARY_ID in more.get("parameters", ()) else []
    unread = [415] if "request" in more else []
    refusals = {422: HTTPValidationError, **dict.fromkeys((401, 403, 404, *ambiguous, *unread), Refusal)}
    return extend_schema(operation_id=name, tags=["mistral"], responses={status: answer, **refusals}, **more)


class MistralViewSet(DialectViewSet):
    dialect = "mistral"
    statuses = STATUSES
    renderer_classes = [JSONRenderer]

    def error_response(self, failure: Failure) -> Response:
        return refusal(failure, "query" if self.request.method in SAFE_METHODS else "body")


class LibraryViewSet(MistralViewSet):
    """Libraries that the caller may see."""

    @_operation("libraries_list_v1", ListLibrariesResponse, parameters=[LibrariesQuery])
    def list(self, request: Request) -> Response:
        """The libraries that the caller owns or that are shared with them, a page at a time."""
        query = self.query(LibrariesQuery)
        query["page_size"] = size_for_clients_without_pages(request) or query["page_size"]
        total = None if query["page_token"] else self._count(query)
        page = Page(self._found(self._visible(total), query), query, self.caller, total=total)
        return Response(page.document(LibraryDocument(page.libraries, many=True).data))

    @_operation("libraries_create_v1", LibraryDocument, status=201, request=CreateLibraryRequest)
    def create(self, request: Request) -> Response:
        """A new library: the caller owns it, and nobody else has access yet."""
        body = self.body(CreateLibraryRequest)
        library = create_library(
            name=body["name"],
            description=body.get("description") or "",
            organization=_slug_of(body.get("org_id"), self.caller),
            actor=self.caller,
        )
        return Response(self._document(library), status=201)

    @_operation("libraries_get_v1", LibraryDocument, parameters=[LIBRARY_ID])
    def retrieve(self, request: Request, library_id: str) -> Response:
        """One library."""
        return Response(self._document(self.library_for(library_id, Action.VIEW)))

    @_operation("libraries_update_v1", LibraryDocument, parameters=[LIBRARY_ID], request=UpdateLibraryRequest)
    def update(self, request: Request, library_id: str) -> Response:
        """Change a library's name or description; older clients do it so."""
        return self.partial_update(request, library_id)

    @_operation("libraries_patch_v1", LibraryDocument, parameters=[LIBRARY_ID], request=UpdateLibraryRequest)
    def partial_update(self, request: Request, library_id: str) -> Response:
        """Change a library's name or description."""
        library = self.library_for(library_id, Action.CHANGE)
        changed = change_library(library=library, changes=self.body(UpdateLibraryRequest), actor=self.caller)
        return Response(self._document(changed))

    @_operation("libraries_delete_v1", LibraryDocument, parameters=[LIBRARY_ID])
    def destroy(self, request: Request, library_id: str) -> Response:
        """Delete a library with every access to it; the answer is the library as it was."""
        library = self.library_for(library_id, Action.DELETE)
        document = self._document(library)
        delete_library(library=library, actor=self.caller)
        return Response(document)

    def _visible(self, total: int | None) -> LibraryQuerySet:
        """Those that the caller may see, read in the way that is quick for so many; that takes a query where unknown."""
        if total is None:
            return visible_libraries_by_page(self.caller)
        return Library.objects.visible_to(self.caller, walking=total > FEW_GRANTS)

    def _count(self, query: dict[str, Any]) -> int:
        if query["search"] or query["filter_owned_by_me"]:
            return self._filtered(visible_libraries(self.caller), query).count()
        return count_visible_libraries(self.caller)

    def _filtered(self, found: LibraryQuerySet, query: dict[str, Any]) -> LibraryQuerySet:
        if query["search"]:
            found = found.filter(name__icontains=query["search"])
        return found.holding(self.caller, Level.OWNER) if query["filter_owned_by_me"] else found

    def _found(self, found: LibraryQuerySet, query: dict[str, Any]) -> LibraryQuerySet:
        return with_members(self._filtered(found, query).with_access_of(self.caller))

    def _document(self, library: Library) -> dict[str, Any]:
        """The library as it is now; it may be gone since."""
        described = with_members(Library.objects.with_access_of(self.caller)).filter(pk=library.pk).first()
        if described is None:
            raise LibraryNotFound
        return LibraryDocument(described).data


def _slug_of(organization_id: UUID | None, caller: User) -> str:
    """The slug of the caller's organization; of one that they may not see or that does not exist, the id alone."""
    if organization_id is None:
        return ""
    slugs = visible_organizations(caller).filter(pk=organization_id).values_list("slug", flat=True)
    return slugs.first() or str(organization_id)


IN_THE_QUERY = [
    OpenApiParameter(str(name), str, description="As in the body, which wins: for where a proxy strips that.")
    for name in SharingDelete().fields
]


class SharingViewSet(MistralViewSet):
    """Whom a library is shared with: the three documented calls."""

    @_operation("libraries_share_list_v1", ListSharingResponse, parameters=[LIBRARY_ID])
    def list(self, request: Request, library_id: str) -> Response:
        """Every user, workspace and organization that has access to the library, and at what level."""
        library = self.library_for(library_id, Action.VIEW_SHARES)
        shares = shown(library.shares.only("library", "kind", "level", *PRINCIPAL_COLUMNS.values()))
        return Response({"data": Sharing(shares.order_by("id"), many=True).data})

    @_operation("libraries_share_create_v1", Sharing, parameters=[LIBRARY_ID], request=SharingRequest)
    def update(self, request: Request, library_id: str) -> Response:
        """Give an entity access to the library, or another level of it."""
        library = self.library_for(library_id, Action.SHARE)
        body = self.body(SharingRequest, context={"library": library})
        share, _ = share_library(
            library=library, principal=_principal(body), level=body["level"], renewing=True, actor=self.caller
        )
        return Response(Sharing(share).data)

    @_operation("libraries_share_delete_v1", Sharing, parameters=[LIBRARY_ID, *IN_THE_QUERY], request=SharingDelete)
    @body_on_delete
    def destroy(self, request: Request, library_id: str) -> Response:
        """Take an entity's access to the library away; the answer is the access as it was."""
        library = self.library_for(library_id, Action.VIEW)  # for one's own access; the verb refuses the rest
        body = valid(SharingDelete, self._with_query(request), context={"library": library})
        principal = _principal(body)
        share = revoke_share(
            library=library, principal=principal, precondition=_only_shown(principal), actor=self.caller
        )
        return Response(Sharing(share).data)

    def _with_query(self, request: Request) -> Any:
        """The body, over what the query says: proxies strip the body of a DELETE."""
        self.query(Serializer)  # which raises for a query that is not UTF-8
        named = {name: text for name, text in request.query_params.items() if name in SharingDelete().fields}
        return {**named, **request.data} if isinstance(request.data, Mapping) else request.data


def _principal(body: dict[str, Any]) -> PrincipalReference:
    return with_id(body["share_with_type"], body["share_with_uuid"])


def _only_shown(principal: PrincipalReference) -> Callable[[Share | None], None]:
    """A check for the verb: what the list does not show cannot be deleted here either."""

    def check(share: Share | None) -> None:
        if share is None or not shown(Share.objects.filter(pk=share.pk)).exists():
            raise ShareNotFound(principal.text)

    return check


@extend_schema(exclude=True)
class UnknownPathViewSet(UnknownPathMixin, MistralViewSet):
    """The 404 of paths that this dialect does not have."""
