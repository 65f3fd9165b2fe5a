"""What every dialect's views have in common: the order of checks, the way in, and errors in the dialect's words.

The body is waited for before the credential is looked at, so that no time passes between that and what follows. Where
the database ends a call's transaction in favour of another's, the whole call is made again, from the credential on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar, cast
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import AuthenticationFailed, NotFound, ParseError, Throttled
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSet

from libraries.access.check import get_library_for
from libraries.api.authentication import DEAD_KEY, HasScope, KeyAuthentication
from libraries.api.failures import Failure, failure_of
from libraries.api.parsers import StrictJSONParser, read_ahead, refuse_too_long
from libraries.api.throttles import call_limits, refuse_if_too_many
from libraries.db.retries import gave_way, until_it_holds
from libraries.errors import CredentialEnded
from libraries.events.record import recorded_via
from libraries.events.standing import acting, acts_with
from libraries.limits.callers import client_address
from libraries.models import ApiKey, Library, Scope, User
from libraries.rules.levels import Action

ANYTHING = "*/*"
JSON = (ANYTHING, "application/json")


class DialectViewSet(ViewSet):
    """Credential (401), scope (403), then the view: its door (404, 403), then its body."""

    dialect: ClassVar[str]
    statuses: ClassVar[Mapping[type[Exception], int]]
    """The status of each error, on `usual_statuses` of failures.py."""
    read_scope: ClassVar[Scope | None] = Scope.LIBRARY_READ
    write_scope: ClassVar[Scope | None] = Scope.LIBRARY_WRITE
    further_scope: ClassVar[Scope | None] = None
    """What the key must carry besides, whether it reads or changes."""
    authentication_classes: Any = [KeyAuthentication]
    permission_classes: Any = [HasScope]
    parser_classes = [StrictJSONParser]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    _is_last_attempt = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        address = client_address(request.META)

        def attempt(is_last: bool) -> HttpResponseBase:
            self._is_last_attempt = is_last
            with recorded_via(self.dialect, getattr(request, "request_id", ""), address=address), acting():
                return super(DialectViewSet, self).dispatch(request, *args, **kwargs)

        response = until_it_holds(attempt)
        self._keep_private(request, response)
        return response

    def perform_authentication(self, request: Request) -> None:
        """Once the whole request is there. What is written from here on names the key, and is written while it stands."""
        read_ahead(request._request)
        super().perform_authentication(request)
        if isinstance(request.auth, ApiKey):
            acts_with(request.auth)

    def handle_exception(self, exc: Exception) -> Response:
        """A key that ends while it is used is refused as if it had ended before."""
        return super().handle_exception(AuthenticationFailed(DEAD_KEY) if isinstance(exc, CredentialEnded) else exc)

    def _keep_private(self, request: HttpRequest, response: HttpResponseBase) -> None:
        """No shared cache keeps the answer; none at all does where the address itself holds a key."""
        ways_in: Any = self.authentication_classes
        if any(way_in.finds_key_in_query(request) for way_in in ways_in):
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization", *(name for way_in in ways_in for name in way_in.header_names)])

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """What the negotiation comes to for nearly everybody, without it: where there is JSON alone, and it is taken."""
        _ = request.query_params  # which raises for a query that cannot be read, whatever the call makes of it
        [renderer, *others] = self.renderer_classes
        if others or not issubclass(renderer, JSONRenderer) or request.META.get("HTTP_ACCEPT", ANYTHING) not in JSON:
            return super().perform_content_negotiation(request, force)
        return renderer(), renderer.media_type

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A body that is too long is refused first, whoever sends it."""
        refuse_too_long(request.META.get("CONTENT_LENGTH") or "")
        super().initial(request, *args, **kwargs)

    @property
    def caller(self) -> User:
        """Who asks: behind the permission check there always is somebody."""
        return cast(User, self.request.user)

    @property
    def key(self) -> ApiKey:
        """What the caller asks with."""
        return cast(ApiKey, self.request.auth)

    def needed_scope(self) -> Scope | None:
        """What the key must carry for the call: the scope for reading, or for changing; None where any key will do."""
        return self.read_scope if self.request.method in SAFE_METHODS else self.write_scope

    def library_for(self, identifier: str, action: Action) -> Library:
        """The door: the library, for a caller who may do `action`. Raises LibraryNotFound, ActionNotAllowed."""
        return get_library_for(self.caller, identifier, action)

    def body(self, serializer_class: type[BaseSerializer], **options: Any) -> dict[str, Any]:
        """The valid body, or a ValidationError. Call it behind the door, so that a stranger learns nothing."""
        return valid(serializer_class, self.request.data, **options)

    def query(self, serializer_class: type[BaseSerializer]) -> dict[str, Any]:
        """The valid query parameters, or a ValidationError. ParseError for a query that is not UTF-8.

        One whose value is empty is as good as absent: forms and generated clients send those that nobody filled in. Not
        so where something is changed: `dryRun=` must not mean that it is done.
        """
        _refuse_undecodable(self.request.META.get("QUERY_STRING", ""))
        given = self.request.query_params.dict()
        if self.request.method in SAFE_METHODS:
            given = {name: value for name, value in given.items() if value}
        return valid(serializer_class, given)

    def get_exception_handler(self) -> Callable[[Exception, Any], HttpResponse]:
        return self._answer

    def get_throttles(self) -> list[Any]:
        return call_limits()

    def _answer(self, error: Exception, context: Any) -> HttpResponse:
        if gave_way(error) and not self._is_last_attempt:
            raise error
        if isinstance(error, AuthenticationFailed):
            error = self._throttled(error)
        failure = failure_of(error, self.statuses)
        response = self.error_response(failure)
        for name, value in failure.headers.items():
            response.headers[name] = value
        return response

    def _throttled(self, failed: AuthenticationFailed) -> AuthenticationFailed | Throttled:
        try:
            refuse_if_too_many(self.request, failed)
        except Throttled as throttled:
            return throttled
        return failed

    @classmethod
    def refusing(cls, request: HttpRequest, error: Exception) -> HttpResponseBase:
        """The answer of a call that never gets as far as a view, in the dialect's words."""
        view: Any = cls()
        view.action_map = {}
        view.args, view.kwargs, view.headers = (), {}, {}
        view.request = view.initialize_request(request)
        view.format_kwarg = None
        response = view._answer(error, None)
        if isinstance(response, Response):
            response = view.finalize_response(view.request, response)
            response.render()
        view._keep_private(view.request, response)
        return response

    def error_response(self, failure: Failure) -> HttpResponse:
        """The failure in the dialect's words and shape."""
        raise NotImplementedError


def valid(serializer_class: type[BaseSerializer], data: Any, **options: Any) -> dict[str, Any]:
    """What the serializer makes of the data, or a ValidationError."""
    if data is not None and not options:
        of_all: Any = _serializer
        return of_all(serializer_class).run_validation(data)
    serializer = serializer_class(data=data, **options)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


@cache
def _serializer(serializer_class: type[BaseSerializer]) -> Any:
    """One for all requests: it keeps nothing of what it validates, and copying its fields takes longer than they do."""
    return serializer_class()


def _refuse_undecodable(query: str) -> None:
    """Django would put a replacement character in the place of each broken one, and search for that."""
    try:
        unquote_to_bytes(query.encode("latin-1")).decode()  # a WSGI string stands for bytes
    except UnicodeDecodeError as error:
        raise ParseError("The query is not UTF-8.") from error


class Anyone(BasePermission):
    """No credential is asked for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return True


class UnknownPathMixin:
    """Answers every method on a path that the dialect does not have."""

    permission_classes: Any = [Anyone]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before anything else is looked at, whatever the method."""
        raise NotFound("There is nothing at this path.")

    def unknown(self, request: Request) -> None:
        """For the table of urls, which wants a name."""
