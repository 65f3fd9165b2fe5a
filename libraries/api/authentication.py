"""Credential to user. A dialect states only where its clients put the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import parse_qs

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from libraries.models import ApiKey, User
from libraries.people.keys import find_api_key

KEYWORD = "bearer"
DEAD_KEY = "The key is unknown, expired or revoked."


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. A subclass names the further places where its clients put the key."""

    header_names: ClassVar[tuple[str, ...]] = ()
    query_parameters: ClassVar[tuple[str, ...]] = ()

    def credentials(self, request: Request) -> Iterator[str]:
        """Every credential that the request carries, wherever it is."""
        keyword, _, secret = request.headers.get("Authorization", "").strip().partition(" ")
        if keyword.lower() == KEYWORD:
            yield secret.strip()
        elif keyword:
            raise AuthenticationFailed("The Authorization header must read: Bearer KEY.")
        for name in self.header_names:
            if name in request.headers:
                yield request.headers[name].strip()
        for name in self.query_parameters:
            yield from filter(None, request.query_params.getlist(name))

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        secrets = set(self.credentials(request))
        if not secrets:
            return None
        if len(secrets) > 1:
            raise AuthenticationFailed("The request carries two different credentials.")
        key = find_api_key(secrets.pop())
        if key is None:
            raise AuthenticationFailed(DEAD_KEY)
        return key.user, key

    @classmethod
    def finds_key_in_query(cls, request: HttpRequest) -> bool:
        """Whether the query string carries a credential, good or bad. Never raises, however odd the string is."""
        given = parse_qs(request.META.get("QUERY_STRING", ""), keep_blank_values=True)
        return any(name in given for name in cls.query_parameters)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="sharing"'


class HasScope(BasePermission):
    """The key must carry the scope that the view needs for the call, and its further one; any key will do for None."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        if view.action is None:  # a method that the view does not have: 405 comes next
            return True
        for wanted in filter(None, (view.needed_scope(), view.further_scope)):
            if wanted not in request.auth.scopes:
                raise PermissionDenied(f"The key lacks the scope {wanted}.")
        return True
