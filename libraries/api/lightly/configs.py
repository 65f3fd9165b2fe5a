"""A config: whom a library is shared with at one level. Nothing keeps it; the shares are all there is.

Owners, who is shut out, everyone, and shares that are over belong to no config: they are neither shown nor touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from libraries.errors import LibraryNotFound
from libraries.models import Library
from libraries.models.shares import ShareQuerySet
from libraries.rules.conditions import unexpired
from libraries.rules.levels import Kind, Level

ACCESS_TYPES: dict[str, Level] = {"WRITE": Level.EDITOR, "READ": Level.READER}
"""Access types and their levels, in the order of the list: the vendor's client takes the first WRITE config."""

LISTS: dict[str, Kind] = {"users": Kind.USER, "teams": Kind.TEAM, "organizations": Kind.ORGANIZATION}
"""The lists of a config and the kinds of principals in them."""


@dataclass(frozen=True)
class Config:
    """E-mails of users, and ids of teams and organizations, oldest share first. Who has no e-mail cannot be shown."""

    id: str
    owner: UUID
    access_type: str
    users: list[str]
    teams: list[UUID]
    organizations: list[UUID]
    created_at: datetime
    last_modified_at: datetime


def config_id(library: Library, access_type: str) -> str:
    """24 hex digits, the same whenever one asks."""
    return blake2b(f"{library.pk}/{access_type}".encode(), digest_size=12).hexdigest()


def configs_of(library: Library) -> list[Config]:
    """The library's configs that have anybody in them. One query.

    Raises LibraryNotFound where it has gone meanwhile, since every other library has an owner (R6).
    """
    columns = ("level", "user", "user__email", "team", "organization", "created_at", "updated_at")
    shares = list(live_shares(library).order_by("id").values_list(*columns, named=True))
    owner = next((share.user for share in shares if share.level == Level.OWNER), None)
    if owner is None:
        raise LibraryNotFound
    members = {name: [share for share in shares if share.level == level] for name, level in ACCESS_TYPES.items()}
    return [_config(library, owner, name, found) for name, found in members.items() if found]


def _config(library: Library, owner: UUID, access_type: str, shares: Sequence[Any]) -> Config:
    return Config(
        id=config_id(library, access_type),
        owner=owner,
        access_type=access_type,
        users=[share.user__email for share in shares if share.user__email],
        teams=[share.team for share in shares if share.team],
        organizations=[share.organization for share in shares if share.organization],
        created_at=min(share.created_at for share in shares),
        last_modified_at=max(share.updated_at for share in shares),
    )


def live_shares(library: Library) -> ShareQuerySet:
    """The library's shares that this dialect has words for, owners' included."""
    return library.shares.filter(unexpired(), kind__in=LISTS.values(), level__gt=Level.NONE)
