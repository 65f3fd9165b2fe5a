"""Libraries as decisions look at them: a thousand are found at once, and nothing is read that no decision tells."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from libraries.identifiers import lookup_for
from libraries.models import Library


class NamedOrganization(NamedTuple):
    """What a library is in."""

    slug: str


@dataclass(eq=False, slots=True)
class NamedLibrary:
    """What the rules and a verdict's sentence are about. Made several times as fast as a Library; equal to none other."""

    pk: UUID
    natural_id: str
    object_id: str
    editors_can_share: bool
    organization_id: UUID
    organization: NamedOrganization


_COLUMNS = ("pk", "natural_id", "object_id", "editors_can_share", "organization_id", "organization__slug")


def find_named_libraries(identifiers: Collection[str]) -> dict[str, NamedLibrary]:
    """By identifier, those that there are, whoever may see them. One query."""
    lookups = {identifier: lookup_for(identifier) for identifier in identifiers}
    by_name: dict[tuple[str, UUID | str], NamedLibrary] = {}
    rows = Library.objects.answering_to(lookups.values()).order_by().values_list(*_COLUMNS)
    for pk, natural_id, object_id, editors_can_share, organization_id, slug in rows:
        organization = NamedOrganization(slug)
        library = NamedLibrary(pk, natural_id, object_id, editors_can_share, organization_id, organization)
        by_name["pk", pk] = by_name["natural_id", natural_id] = by_name["object_id", object_id] = library
    return {identifier: by_name[lookup] for identifier, lookup in lookups.items() if lookup in by_name}
