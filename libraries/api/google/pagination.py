"""Pages as the vendor has them: a size, and an opaque token for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from libraries.api.fields import StrictCharField
from libraries.api.google.parameters import Parameters
from libraries.api.page_tokens import BadToken, Keyset, seal, unseal

DEFAULT_SIZE = 10
OLDEST_FIRST = Keyset(("id",))


class PageParameters(Parameters):
    """The query of a list."""

    pageSize = serializers.IntegerField(min_value=0, default=0, help_text="At most so many; 0 is the default, 10.")
    pageToken = StrictCharField(allow_blank=True, default="", help_text="The `nextPageToken` of the page before.")


def page(
    rows: QuerySet[Any], parameters: Mapping[str, Any], *, largest: int, bound_to: str
) -> tuple[list[Any], dict[str, str]]:
    """The rows of one page, oldest first, and `{"nextPageToken": …}` where more follow. One query.

    parameters: those of PageParameters. bound_to: what is listed; the token is good for that and the page's size alone.
    Raises ValidationError for a token that is not.
    """
    size = min(parameters["pageSize"] or DEFAULT_SIZE, largest)
    bound_to = f"{bound_to}?pageSize={size}"
    found = list(_behind(parameters["pageToken"], rows, bound_to)[: size + 1])
    if len(found) <= size:
        return found, {}
    last = found[size - 1]
    return found[:size], {"nextPageToken": seal(OLDEST_FIRST.key_of(last), bound_to=bound_to)}


def _behind(token: str, rows: QuerySet[Any], bound_to: str) -> QuerySet[Any]:
    if not token:
        return rows.order_by(*OLDEST_FIRST.columns)
    try:
        return OLDEST_FIRST.after(rows, unseal(token, bound_to=bound_to))
    except BadToken:
        raise serializers.ValidationError(
            {"pageToken": ["Not a token from a page of this list with the same page size."]}
        ) from None
