"""The names that one library answers to: UUID, object id, natural id, and that with its organization's slug (R16)."""

import re
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.text import slugify
from uuid_utils import uuid7 as fast_uuid7

NATURAL_ID_LENGTH = 40
UUID_PATTERN = r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
OBJECT_ID_PATTERN = r"[a-f0-9]{24}"
NATURAL_ID_PATTERN = r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"

SERVICE_NAME_LENGTH = 40
SERVICE_NAME_PATTERN = r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"

LIKE_A_KEY = re.compile(r"shr_[0-9A-Za-z]{10,}")
"""More of an API key's secret than its hint shows."""

SLUG_LENGTH = 100
SLUG_PATTERN = r"[-a-zA-Z0-9_]+"


def whole(pattern: str) -> str:
    r"""The pattern for a text from end to end, for both databases: SQLite's `$` lets a line feed follow."""
    return rf"\A{pattern}\Z"


def without_keys(text: str) -> str:
    """The text without the secrets of API keys, for what is logged, and for refusals that quote what was sent."""
    return LIKE_A_KEY.sub("shr_…", text) if "shr_" in text else text


def new_uuid_text() -> str:
    """A UUID of version 7 as text, made several times as fast as `new_uuid`: for rows by the thousand."""
    return str(fast_uuid7())


def first_uuid_at(moment: datetime) -> UUID:
    """The least UUID of version 7 that could have been made at `moment`, an aware datetime."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62)


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID, with or without hyphens."""
    return re.fullmatch(UUID_PATTERN, text) is not None


def is_natural_id(text: str) -> bool:
    """Whether `text` can be a natural id: never something that reads as one of the other two kinds."""
    return (
        re.fullmatch(NATURAL_ID_PATTERN, text) is not None
        and not is_uuid(text)
        and re.fullmatch(OBJECT_ID_PATTERN, text) is None
    )


def is_slug(text: str) -> bool:
    """Whether an organization or a team can go by `text`."""
    return len(text) <= SLUG_LENGTH and re.fullmatch(SLUG_PATTERN, text) is not None


def is_service_name(text: str) -> bool:
    """Whether a service account can go by `text` in its organization; with a slug before it, it is a username."""
    return re.fullmatch(SERVICE_NAME_PATTERN, text) is not None


def natural_id_from(name: str) -> str:
    """A natural id that reads like `name`; `library` where nothing of it can be kept."""
    slug = slugify(name).replace("_", "-")[:NATURAL_ID_LENGTH].strip("-")
    return slug if is_natural_id(slug) else "library"


def qualified(slug: str, natural_id: str) -> str:
    """`acme.handbook`: the name that no other library has, since neither part contains a dot."""
    return f"{slug}.{natural_id}"


class Lookup(NamedTuple):
    """What an identifier names: a column and its value, and for a natural id the organization's slug, if it is told."""

    column: str
    value: UUID | str
    slug: str = ""

    @property
    def is_bare(self) -> bool:
        """Whether it is a natural id alone, by which several libraries may go, each in another organization (R16)."""
        return self.column == "natural_id" and not self.slug


def lookup_for(identifier: str) -> Lookup:
    """What `identifier` names; text that is none of a library's names is a natural id that no library has."""
    if is_uuid(identifier):
        return Lookup("pk", UUID(identifier))
    if re.fullmatch(OBJECT_ID_PATTERN, identifier):
        return Lookup("object_id", identifier)
    slug, dot, natural_id = identifier.rpartition(".")
    if is_natural_id(natural_id) and (is_slug(slug) or not dot):
        return Lookup("natural_id", natural_id, slug)
    return Lookup("natural_id", "")
