"""The OpenAPI description of all dialects, as tests look at it: putting it together takes longer than most of them."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


def description() -> dict[str, Any]:
    """The whole of it; whoever asks may change theirs."""
    return deepcopy(_made())


@cache
def _made() -> dict[str, Any]:
    return SchemaGenerator().get_schema(public=True)
