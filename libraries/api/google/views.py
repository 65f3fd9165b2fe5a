"""The vendor's API: each method is door, message, verb, answer."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from libraries.access.lists import visible_libraries_by_page
from libraries.access.names import with_names_for
from libraries.api.failures import Failure
from libraries.api.google.authentication import GoogleKeyAuthentication
from libraries.api.google.errors import STATUSES, status
from libraries.api.google.messages import Empty, Message
from libraries.api.google.pagination import PageParameters, page
from libraries.api.google.parameters import (
    NUMBERS,
    DeleteLibraryParameters,
    Parameters,
    UpdateLibraryParameters,
    UpdatePermissionParameters,
)
from libraries.api.google.permissions import (
    grantee,
    permission_for,
    permissions_of,
    refuse_another_permission,
    require_permission,
)
from libraries.api.google.schema import NOTHING, call, calls_on, methods_of
from libraries.api.google.serializers import (
    Corpus,
    ListCorporaResponse,
    ListPermissionsResponse,
    ListTunedModelsResponse,
    NewCorpus,
    NewPermission,
    Permission,
    Resource,
    TransferOwnershipRequest,
    TunedModel,
)
from libraries.api.views import DialectViewSet, UnknownPathMixin
from libraries.library_lifecycle import change_library, create_library, delete_library
from libraries.models import Library, Share
from libraries.principals import principal_of, with_email
from libraries.rules.levels import Action, Kind
from libraries.sharing.share import revoke_share, share_library, transfer_library

MOST_PERMISSIONS = 1000
MOST_CORPORA = 20
MOST_TUNED_MODELS = 1000


class GoogleViewSet(DialectViewSet):
    """`collection`: the spelling of libraries' names, in the path and in the answer."""

    dialect = "google"
    statuses = STATUSES
    authentication_classes = [GoogleKeyAuthentication]
    renderer_classes = [JSONRenderer]
    collection: ClassVar[str]

    def error_response(self, failure: Failure) -> Response:
        return status(failure)

    def message(self, body: type[Message] = Empty, parameters: type[Message] = Parameters) -> dict[str, Any]:
        """The valid request as one message, as gRPC transcoding has it: what the query and the body say together."""
        sent = self.query(parameters)
        self.alt = sent["alt"]
        return {**sent, **self.body(body)}

    def answer(self, message: type[Message], value: Any, **context: Any) -> Response:
        """The value as the vendor writes it, enums as the caller asked for them."""
        context = {"enums_as_numbers": self.alt == NUMBERS, "collection": self.collection, **context}
        return Response(message(value, context=context).data)


class PermissionViewSet(GoogleViewSet):
    """Whom a library is shared with."""

    @call(Permission, takes=NewPermission, conflicts=True)
    def create(self, request: Request, library_id: str) -> Response:
        """Create a permission for a grantee who has no share of the library yet."""
        library = self.library_for(library_id, Action.SHARE)
        sent = self.message(NewPermission)
        principal = grantee(sent["kind"], sent["email"])
        share, _ = share_library(
            library=library,
            principal=principal,
            level=sent["level"],
            renewing=True,
            precondition=refuse_another_permission(principal),
            actor=self.caller,
        )
        return self._permission(library, share)

    @call(ListPermissionsResponse, parameters=PageParameters)
    def list(self, request: Request, library_id: str) -> Response:
        """List the permissions of the library, oldest first."""
        library = self.library_for(library_id, Action.VIEW_SHARES)
        sent = self.message(parameters=PageParameters)
        shares, following = page(
            permissions_of(library), sent, largest=MOST_PERMISSIONS, bound_to=f"permissions of {library.pk}"
        )
        return self.answer(ListPermissionsResponse, {"permissions": shares, **following}, parent=self._name(library))

    @call(Permission)
    def retrieve(self, request: Request, library_id: str, permission_id: str) -> Response:
        """Get one permission."""
        library = self.library_for(library_id, Action.VIEW_SHARES)
        share = permission_for(self.caller, library, permission_id, Action.VIEW_SHARES)
        self.message()
        return self._permission(library, share)

    @call(Permission, takes=Permission, parameters=UpdatePermissionParameters)
    def partial_update(self, request: Request, library_id: str, permission_id: str) -> Response:
        """Update the role of a permission; its grantee never changes."""
        library = self.library_for(library_id, Action.SHARE)
        share = permission_for(self.caller, library, permission_id, Action.SHARE)
        sent = self.message(Permission, UpdatePermissionParameters)
        share, _ = share_library(
            library=library,
            principal=principal_of(share).reference,
            level=sent["level"],
            renewing=True,
            precondition=require_permission(permission_id),
            actor=self.caller,
        )
        return self._permission(library, share)

    @call(NOTHING)
    def destroy(self, request: Request, library_id: str, permission_id: str) -> Response:
        """Delete a permission. One's own may always be deleted, unless it is an owner's."""
        library = self.library_for(library_id, Action.VIEW)
        self.message()
        share = permission_for(self.caller, library, permission_id, Action.SHARE)
        principal = principal_of(share).reference
        revoke_share(
            library=library, principal=principal, precondition=require_permission(permission_id), actor=self.caller
        )
        return Response({})

    def _permission(self, library: Library, share: Share) -> Response:
        return self.answer(Permission, share, parent=self._name(library))

    def _name(self, library: Library) -> str:
        return f"{self.collection}/{library.short_name}"


@methods_of("corpora.permissions")
class CorpusPermissionViewSet(PermissionViewSet):
    collection = "corpora"


@methods_of("tunedModels.permissions")
class TunedModelPermissionViewSet(PermissionViewSet):
    collection = "tunedModels"


class LibraryViewSet(GoogleViewSet):
    """Libraries, as messages of the kind that `resource` names."""

    resource: ClassVar[type[Resource]]

    def retrieve(self, request: Request, library_id: str) -> Response:
        """Get one library."""
        library = self.library_for(library_id, Action.VIEW)
        self.message()
        return self.answer(self.resource, library)

    def partial_update(self, request: Request, library_id: str) -> Response:
        """Update the display name."""
        library = self.library_for(library_id, Action.CHANGE)
        sent = self.message(self.resource, UpdateLibraryParameters)
        changed = change_library(library=library, changes={"name": sent["name"]}, actor=self.caller)
        return self.answer(self.resource, changed)

    @call(NOTHING, parameters=DeleteLibraryParameters)
    def destroy(self, request: Request, library_id: str) -> Response:
        """Delete a library with every permission on it."""
        library = self.library_for(library_id, Action.DELETE)
        self.message(parameters=DeleteLibraryParameters)
        delete_library(library=library, actor=self.caller)
        return Response({})

    @call(NOTHING, takes=TransferOwnershipRequest)
    @action(detail=True, methods=["post"])
    def transfer_ownership(self, request: Request, library_id: str) -> Response:
        """Make another user the owner; who was becomes a writer."""
        library = self.library_for(library_id, Action.TRANSFER)
        sent = self.message(TransferOwnershipRequest)
        transfer_library(library=library, to=with_email(Kind.USER, sent["email"]), actor=self.caller)
        return Response({})

    def visible_page(self, answer: type[Message], *, largest: int) -> Response:
        """One page of the libraries that the caller may see, oldest first."""
        sent = self.message(parameters=PageParameters)
        visible = with_names_for(visible_libraries_by_page(self.caller), self.caller)
        bound_to = f"{self.collection} of {self.caller.pk}"
        libraries, following = page(visible, sent, largest=largest, bound_to=bound_to)
        return self.answer(answer, {self.collection: libraries, **following})


@methods_of("corpora", **calls_on(Corpus))
class CorpusViewSet(LibraryViewSet):
    collection = "corpora"
    resource = Corpus

    @call(Corpus, takes=NewCorpus, conflicts=True)
    def create(self, request: Request) -> Response:
        """Create a library that the caller owns, and that its writers share."""
        sent = self.message(NewCorpus)
        wanted = {"name": sent["name"], "natural_id": sent.get("natural_id", "")}
        # Here writers share (the document's Role), so that is what a library made here is set to.
        library = create_library(**wanted, editors_can_share=True, actor=self.caller)
        return self.answer(Corpus, self.library_for(str(library.pk), Action.VIEW))

    @call(ListCorporaResponse, parameters=PageParameters)
    def list(self, request: Request) -> Response:
        """List the libraries that the caller may see, oldest first."""
        return self.visible_page(ListCorporaResponse, largest=MOST_CORPORA)


@methods_of("tunedModels", **calls_on(TunedModel))
class TunedModelViewSet(LibraryViewSet):
    collection = "tunedModels"
    resource = TunedModel

    @call(ListTunedModelsResponse, parameters=PageParameters)
    def list(self, request: Request) -> Response:
        """List the libraries that the caller may see, oldest first: the same ones as the corpora."""
        return self.visible_page(ListTunedModelsResponse, largest=MOST_TUNED_MODELS)


class UnknownPathViewSet(UnknownPathMixin, GoogleViewSet):
    """The 404 of paths that the vendor does not have."""

    schema = None
