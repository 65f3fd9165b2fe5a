"""Settings that are wrong, told with what to do: `manage.py check`, every other command, and the server's start."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, register

from sharing_project.proxies import networks_of

SHORTEST_KEY = 32


def is_address(url: str) -> bool:
    """Whether it tells a scheme that browsers have, and a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


@register
def check_settings(app_configs: Any = None, **options: Any) -> list[Error]:
    """The settings of the environment that Django's own checks do not look at."""
    return list(_wrong())


def _wrong() -> Iterator[Error]:
    if settings.DATABASE_URL == "":
        yield Error(
            "DATABASE_URL is empty.",
            hint="Unset it for the embedded database, or name one: postgresql://user:password@host:5432/name.",
            id="sharing.E001",
        )
    if settings.PUBLIC_URL and not is_address(settings.PUBLIC_URL):
        yield Error(
            f"PUBLIC_URL is no address: {settings.PUBLIC_URL}",
            hint="Begin with the scheme, as callers see it: https://sharing.example.org.",
            id="sharing.E002",
        )
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        yield Error(
            f"SECRET_KEY is shorter than {SHORTEST_KEY} characters: what it signs can be forged.",
            hint="Unset it, and one is made and kept; or make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'.",
            id="sharing.E003",
        )
    try:
        networks_of(settings.TRUSTED_PROXIES)
    except ValueError as error:
        yield Error(
            f"TRUSTED_PROXIES: {error}",
            hint="Name addresses and networks, with commas between: 127.0.0.1,10.0.0.0/8.",
            id="sharing.E004",
        )
