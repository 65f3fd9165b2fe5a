"""Who calls, as far as an address tells."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.http import HttpRequest

NETWORK_OF_ONE = 64
"""Bits of an IPv6 address that tell one customer's network from another's; the rest is theirs to choose."""


def client_address(meta: Mapping[str, Any]) -> str | None:
    """Where a request came from, by its WSGI environment; None where that is no address, as with a Unix socket."""
    address = _address(_told(meta))
    return str(address) if address else None


def peer_of(request: HttpRequest) -> str:
    """Whose address a request is from: an IPv4 address, or the network that an IPv6 address is in."""
    told = _told(request.META)
    address = _address(told)
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> (128 - NETWORK_OF_ONE) << (128 - NETWORK_OF_ONE)))
    return str(address) if address else told


def _told(meta: Mapping[str, Any]) -> str:
    return str(meta.get("REMOTE_ADDR", ""))


@lru_cache
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Without a zone; IPv4 told as IPv6 is IPv4. Nearly every request is from where one was before."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
