"""Who really called, where proxies stand in front: believed of those alone that the setting TRUSTED_PROXIES names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SAID = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")
IGNORED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_SSL", "HTTP_X_REAL_IP")
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](:\d{1,5})?|(?P<four>[\d.]+)(:\d{1,5})?")


def networks_of(names: Iterable[str]) -> list[Network]:
    """Addresses and networks, such as `10.0.0.7` and `fd00::/8`. Raises ValueError with a sentence that names the wrong
    one."""
    networks = []
    for name in names:
        try:
            networks.append(ip_network(name.strip()))
        except ValueError:
            raise ValueError(f"“{name}” is neither an address nor a network, such as 10.0.0.7 or 10.0.0.0/8.") from None
    return networks


def with_proxies(wrapped: Application, trusted: Sequence[Network]) -> Application:
    """Where a trusted proxy calls: REMOTE_ADDR, the scheme and Host become those of its caller. Nobody behind this hears
    what anybody else says about that: the headers are taken away.

    Of X-Forwarded-For the rightmost address counts that is no trusted proxy's own: what stands before it, the caller
    may have written. A part that is no address ends the search: the last address that is known counts.
    """

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        said = [environ.pop(name, "") for name in SAID]
        for name in IGNORED:
            environ.pop(name, None)
        peer = _address(environ.get("REMOTE_ADDR", ""))
        if peer and _is_among(peer, trusted):
            _believe(environ, peer, trusted, *said)
        return wrapped(environ, start_response)

    return application


def _believe(
    environ: dict[str, Any], peer: Address, trusted: Sequence[Network], by: str, scheme: str, host: str
) -> None:
    environ["REMOTE_ADDR"] = str(_caller(by, peer, trusted))
    # A list's last part is the nearest proxy's own; what stands before it, its caller may have written.
    if (told := _last(scheme).lower()) in ("http", "https"):
        environ["wsgi.url_scheme"] = told
    if told := _last(host):
        environ["HTTP_HOST"] = told


def _caller(by: str, peer: Address, trusted: Sequence[Network]) -> Address:
    caller = peer
    for part in reversed(by.split(",")):
        if not _is_among(caller, trusted) or not (before := _address(part.strip())):
            break
        caller = before
    return caller


def _last(parts: str) -> str:
    return parts.rpartition(",")[2].strip()


def _address(text: str) -> Address | None:
    """An address, with a port or without; IPv4 told as IPv6 is IPv4."""
    if found := _WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"] or ""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_among(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
