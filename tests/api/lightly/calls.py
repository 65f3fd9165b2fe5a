"""The dialect's addresses, and what stands on a library, as its tests look at them."""

from __future__ import annotations

from typing import Any

from libraries.models import Event, Library, User
from libraries.principals import named
from libraries.rules.levels import Level
from libraries.sharing.share import share_library

NOWHERE = "f" * 24
"""An object id, and a config id, that nothing has."""


def configs_path(library: Library | str) -> str:
    identifier = library if isinstance(library, str) else library.object_id
    return f"/v1/datasets/{identifier}/collaboration/access"


def config_path(library: Library | str, config_id: str) -> str:
    return f"{configs_path(library)}/{config_id}"


def levels(library: Library) -> dict[str, Level]:
    """Everyone who has a share, by name."""
    return {share.principal_name: Level(share.level) for share in library.shares.with_principals()}


def share(library: Library, principal: str, level: Level, **options: Any) -> None:
    """As an owner would."""
    owner = User.objects.filter(shares__library=library, shares__level=Level.OWNER).earliest("pk")
    share_library(library=library, principal=named(principal), level=level, actor=owner, **options)


def events(library: Library) -> list[Event]:
    """What was recorded about the library, oldest first."""
    return list(Event.objects.filter(library_id=library.pk).order_by("id"))
