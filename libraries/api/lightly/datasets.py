"""Libraries as datasets: as much of them as the vendor's clients need to choose one, by its name or its id."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import OuterRef, Q, Subquery, UUIDField
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from libraries.access.lists import visible_libraries_by_page
from libraries.api.fields import StrictCharField
from libraries.api.lightly.serializers import Milliseconds
from libraries.errors import LibraryNotFound
from libraries.models import Library, LibraryQuerySet, Share, User
from libraries.rules.conditions import unexpired
from libraries.rules.levels import Level

MAX_SIZE = 5000
"""What the vendor's clients ask for; they go on by as many, whatever they get."""
MAX_OFFSET = 10**9
NAME_LENGTH = 200
IS_DATASET_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9 _-]{2,}").fullmatch
"""What the vendor's clients take for a dataset's name. Of a list with any other they read nothing."""
COLUMNS = ("object_id", "natural_id", "name", "created_at", "updated_at")


class DatasetsQuery(serializers.Serializer):
    """What the list takes; other parameters are ignored. Without one of the first three it is about all of them."""

    shared = serializers.BooleanField(
        default=None, allow_null=True, help_text="False: those that the caller owns. True: the others."
    )
    getAssetsOfTeam = serializers.BooleanField(default=False, help_text="Those that the caller does not own.")
    getAssetsOfTeamInclusiveSelf = serializers.BooleanField(default=False, help_text="All that the caller may see.")
    pageSize = serializers.IntegerField(min_value=1, max_value=MAX_SIZE, default=MAX_SIZE)
    pageOffset = serializers.IntegerField(
        min_value=0, max_value=MAX_OFFSET, default=0, help_text="How many datasets to leave out."
    )


class DatasetsByNameQuery(DatasetsQuery):
    """The same, for those of a name."""

    exact = serializers.BooleanField(default=False, help_text="The whole name, and not how it begins.")


class DatasetName(serializers.Serializer):
    """The name in a path."""

    datasetName = StrictCharField(max_length=NAME_LENGTH)


@extend_schema_serializer(component_name="DatasetData")
class DatasetDocument(serializers.Serializer):
    """A library. What this service does not hold is 0, and `type` is always `Images`."""

    id = serializers.CharField(help_text="24 hex digits.")
    name = serializers.CharField(help_text="The name; the natural id, or the id, where clients would reject the name.")
    userId = serializers.CharField(help_text="The user who owns the dataset.")
    type = serializers.ChoiceField(choices=["Images"])
    nSamples = serializers.IntegerField()
    sizeInBytes = serializers.IntegerField()
    createdAt = Milliseconds()
    lastModifiedAt = Milliseconds()

    def to_representation(self, library: Any) -> dict[str, Any]:
        """What the fields say, put together by hand. `library` is one of `_described`."""
        milliseconds: Any = self.fields["createdAt"].to_representation
        return {
            "id": library.object_id,
            "name": dataset_name(library),
            "userId": str(library.owner_id or ""),
            "type": "Images",
            "nSamples": 0,
            "sizeInBytes": 0,
            "createdAt": milliseconds(library.created_at),
            "lastModifiedAt": milliseconds(library.updated_at),
        }


def dataset_name(library: Library) -> str:
    """The first of the library's names that the vendor's clients take for one."""
    return next(filter(IS_DATASET_NAME, (library.name, library.natural_id)), library.object_id)


def datasets(caller: User, query: dict[str, Any], *, name: str = "") -> list[dict[str, Any]]:
    """One page of the libraries that the caller may see, oldest first. Two queries.

    query: DatasetsQuery's. name: the name or natural id that they have, `exact` or to begin with.
    """
    found = _of_whom(visible_libraries_by_page(caller), caller, query)
    if name:
        how = "exact" if query["exact"] else "istartswith"
        found = found.filter(Q(**{f"name__{how}": name}) | Q(**{f"natural_id__{how}": name}))
    start = query["pageOffset"]
    page = _described(found).order_by("id")[start : start + query["pageSize"]]
    return list(DatasetDocument(page, many=True).data)


def dataset(library: Library) -> dict[str, Any]:
    """The library as it is now. Raises LibraryNotFound where it has gone meanwhile. One query."""
    found = _described(Library.objects.filter(pk=library.pk)).first()
    if found is None:
        raise LibraryNotFound
    return dict(DatasetDocument(found).data)


def _of_whom(found: LibraryQuerySet, caller: User, query: dict[str, Any]) -> LibraryQuerySet:
    """The vendor tells a team's datasets from those shared with the caller; here both are what others own."""
    if query["getAssetsOfTeamInclusiveSelf"]:
        return found
    if query["getAssetsOfTeam"] or query["shared"]:
        return found.not_holding(caller, Level.OWNER)
    return found if query["shared"] is None else found.holding(caller, Level.OWNER)


def _described(libraries: LibraryQuerySet) -> LibraryQuerySet:
    """Each library with the key of its owner, whose share at OWNER is the oldest, and no more than is shown."""
    owners = Share.objects.filter(unexpired(), library=OuterRef("pk"), level=Level.OWNER).order_by("id")
    owner = Subquery(owners.values("user")[:1], output_field=UUIDField())
    return libraries.annotate(owner_id=owner).only(*COLUMNS)
