"""What somebody ends up with on a library, in one sentence: the same wherever it is asked."""

from __future__ import annotations

from collections.abc import Sequence

from libraries.access.named import NamedLibrary
from libraries.models import Library
from libraries.rules.levels import Access, Kind, ShareTerms


def verdict(
    name: str,
    library: Library | NamedLibrary,
    access: Access,
    *,
    decided_by: Sequence[str],
    expired: Sequence[str] = (),
) -> str:
    """The sentence about who is called `name`; it says the same of somebody unknown as of somebody without a share.

    library: with its organization. decided_by: the shares behind `access.deciding`, as `share_name` puts them.
    expired: those that would reach them, had they not ended.
    """
    if access.level:
        through = f", through {_listed(decided_by)}" if decided_by else ""
        return f"{name} is {access.level.name} on {library.natural_id}{through}{_power('and', library, access)}."
    before = "By shares alone " if access.administers or access.superuser else ""
    why = _what_stands_in_the_way(name, decided_by, expired)
    return f"{before}{name} has no access to {library.natural_id}: {why}{_power('but', library, access)}."


def verdict_on_inactive(name: str) -> str:
    """The sentence about an inactive account, for who may know of it (R9); to others it is as nobody."""
    return f"{name} is inactive, so may do nothing."


def share_name(share: ShareTerms, principal_name: str) -> str:
    """How a verdict calls a share of that principal."""
    return "their own share" if share.kind == Kind.USER else principal_name


def _what_stands_in_the_way(name: str, shut_out_by: Sequence[str], expired: Sequence[str]) -> str:
    if shut_out_by:
        return f"shut out by {_listed(shut_out_by)}"
    if expired:
        return f"what came through {_listed(expired)} has expired"
    return f"no share reaches {name}"


def _power(conjunction: str, library: Library | NamedLibrary, access: Access) -> str:
    """The power of an administrator or a superuser is access too, though no share gives it."""
    if access.superuser:
        return f"; {conjunction} a superuser may do everything that the rules leave open"
    return f"; {conjunction} administers {library.organization.slug}" if access.administers else ""


def _listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
