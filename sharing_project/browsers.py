"""Middleware that serves browsers alone: calls of the API go past it, which have no session, cookie or message."""

from __future__ import annotations

from functools import cache
from typing import Any

from corsheaders import middleware as cors
from csp import middleware as csp
from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponseBase

API = ("/api/", "/v1/", "/v1beta/", "/access/")
"""What the paths of calls begin with."""


class ForBrowsers:
    """Before a middleware of Django's: lets calls of the API past it."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(API):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class SessionMiddleware(ForBrowsers, sessions.SessionMiddleware):
    """Django's, for browsers."""


class AuthenticationMiddleware(ForBrowsers, auth.AuthenticationMiddleware):
    """Django's, for browsers."""


class MessageMiddleware(ForBrowsers, messages.MessageMiddleware):
    """Django's, for browsers."""


class CorsMiddleware(cors.CorsMiddleware):
    """The package's, where any origin is allowed: otherwise no answer depends on one."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) if settings.CORS_ALLOWED_ORIGINS else self.get_response(request)


class CSPMiddleware(csp.CSPMiddleware):
    """The package's. The policy of answers to calls, for which no view asks for another, is made once."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        if not request.path_info.startswith(API):
            return super().__call__(request)
        response = self.get_response(request)
        response.headers.setdefault(HEADER, _policy())
        return response


@cache
def _policy() -> str:
    return build_policy()
