import re
from collections.abc import Callable
from typing import Any

import structlog
from django.core.exceptions import BadRequest, DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from uuid_utils.compat import uuid7

from libraries.api.parsers import announced_length
from libraries.api.views import DialectViewSet
from libraries.db.outage import note_outage
from libraries.db.text import is_storable
from libraries.limits.hashing import HashingBusy
from sharing_project.body_limits import longest_body

logger = structlog.get_logger()

_USABLE_ID = re.compile(r"[\x21-\x7e]{1,128}")


class Middleware:
    """Lets everything past it; a subclass says what else it does, there or in a hook of Django's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class RequestIdMiddleware(Middleware):
    """Give every request an id, the caller's own where it is usable, for logs, events and the answer's header."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _USABLE_ID.fullmatch(given) else str(uuid7())
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class BodyLimitMiddleware(Middleware):
    """Refuse a body that is too long before anything reads it: session, form, credential, throttle.

    Views of the API are let through, to say so in their dialect's words.
    """

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> HttpResponse | None:
        """Django asks it before the same of all middleware below it, the check of forms among them."""
        most = longest_body(request.path_info)
        if announced_length(request.META.get("CONTENT_LENGTH") or "") <= most:
            return None
        if issubclass(getattr(view, "cls", object), DialectViewSet):
            return None
        return HttpResponse(f"The body is longer than {most} bytes.\n", status=413, content_type="text/plain")


class ProbeMiddleware(Middleware):
    """Answer the health checks by whatever name, or address, a prober calls this machine: they use it for nothing."""

    PATHS = ("/healthz", "/readyz")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in self.PATHS:
            # Django looks for it in ALLOWED_HOSTS when it is asked for.
            vars(request)["get_host"] = lambda: "localhost"
        return self.get_response(request)


class HostMiddleware(Middleware):
    """Refuse a call of the API by a name that is not in ALLOWED_HOSTS in its dialect's words; Django has a page for it."""

    def __call__(self, request: HttpRequest) -> Any:
        try:
            request.get_host()
        except DisallowedHost as error:
            if refused := self._refused(request, error):
                return refused
        return self.get_response(request)

    def _refused(self, request: HttpRequest, error: DisallowedHost) -> Any:
        try:
            view: Any = getattr(resolve(request.path_info).func, "cls", object)
        except Resolver404:
            return None
        if not issubclass(view, DialectViewSet):
            return None
        vars(request)["get_host"] = lambda: "localhost"  # an address in the answer never repeats the unknown name
        return view.refusing(request, error)


class ReadableMiddleware(Middleware):
    """What comes in is UTF-8, and text that a database keeps: an escaped NUL in a session's cookie is nobody's session,
    and a form in another encoding, which may be none of letters at all, is a bad request."""

    FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.COOKIES = {name: text for name, text in request.COOKIES.items() if is_storable(name + text)}
        # Its setter would read the query, which the API refuses in its own words.
        vars(request)["_encoding"] = "utf-8"
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Raises BadRequest. The API reads no forms, and refuses them in its own words."""
        encoding = (request.content_params or {}).get("charset", "utf-8")
        is_read = request.content_type in self.FORMS and not getattr(view, "csrf_exempt", False)
        if is_read and encoding.lower() not in ("utf-8", "utf8"):
            raise BadRequest("Forms are read as UTF-8.")


class DatabaseOutageMiddleware(Middleware):
    """Answer 503 where a view lost the database and did not say so in its own words, as the admin does not."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (InterfaceError, OperationalError)):
            return None
        note_outage(exception)
        logger.error("database_unreachable", error=str(exception))
        return HttpResponse(
            "The database cannot be reached. Try again soon.\n",
            status=503,
            content_type="text/plain",
            headers={"Retry-After": "1"},
        )


class HashingLimitMiddleware(Middleware):
    """Answer 503 where too many passwords would be hashed at once."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, HashingBusy):
            return None
        told = "Too many passwords are being checked. Try again soon.\n"
        return HttpResponse(told, status=503, content_type="text/plain", headers={"Retry-After": "1"})
