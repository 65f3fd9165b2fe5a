"""Addresses as callers see them."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def base_address(request: HttpRequest | Request) -> str:
    """Where callers reach the service, without a slash at the end: PUBLIC_URL, or as this request reached it."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
