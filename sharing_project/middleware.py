import re
from collections.abc import Callable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from uuid_utils.compat import uuid7

from libraries.api.views import DialectViewSet
from libraries.db.outage import drop_idle_connections
from libraries.limits.hashing import HashingBusy
from sharing_project.body_limits import longest_body

logger = structlog.get_logger()

_USABLE_ID = re.compile(r"[\x21-\x7e]{1,128}")


class RequestIdMiddleware:
    """Give every request an id, the caller's own where it is usable, for logs, events and the answer's header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _USABLE_ID.fullmatch(given) else str(uuid7())
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class BodyLimitMiddleware:
    """Refuse a body that is too long before anything reads it: session, form, credential, throttle.

    Views of the API are let through, to say so in their dialect's words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *arguments: Any) -> HttpResponse | None:
        """Django asks it before the same of all middleware below it, the check of forms among them."""
        most, length = longest_body(request.path_info), request.META.get("CONTENT_LENGTH") or ""
        if not length.isdecimal() or int(length) <= most:
            return None
        if issubclass(getattr(view, "cls", object), DialectViewSet):
            return None
        return HttpResponse(f"The body is longer than {most} bytes.\n", status=413, content_type="text/plain")


class DatabaseOutageMiddleware:
    """Answer 503 where a view lost the database and did not say so in its own words, as the admin does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (InterfaceError, OperationalError)):
            return None
        drop_idle_connections()
        logger.error("database_unreachable", error=str(exception))
        return HttpResponse(
            "The database cannot be reached. Try again soon.\n",
            status=503,
            content_type="text/plain",
            headers={"Retry-After": "1"},
        )


class HashingLimitMiddleware:
    """Answer 503 where too many passwords would be hashed at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, HashingBusy):
            return None
        told = "Too many passwords are being checked. Try again soon.\n"
        return HttpResponse(told, status=503, content_type="text/plain", headers={"Retry-After": "1"})
