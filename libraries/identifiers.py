"""The names that one library answers to: UUID, natural id, object id; and what an account can be called."""

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from django.utils.text import slugify
from uuid_utils import uuid7 as fast_uuid7

NATURAL_ID_LENGTH = 40
UUID_PATTERN = r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
OBJECT_ID_PATTERN = r"[a-f0-9]{24}"
NATURAL_ID_PATTERN = r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"

SLUG_LENGTH = 100
SLUG_PATTERN = r"[-a-zA-Z0-9_]+"

USERNAME_SIGNS = "._+-"
SCRIPTS = frozenset(
    [
        "ARABIC",
        "ARMENIAN",
        "BENGALI",
        "BOPOMOFO",
        "CJK",
        "CYRILLIC",
        "DEVANAGARI",
        "ETHIOPIC",
        "GEORGIAN",
        "GREEK",
        "GUJARATI",
        "GURMUKHI",
        "HANGUL",
        "HEBREW",
        "HIRAGANA",
        "KANNADA",
        "KATAKANA",
        "KHMER",
        "LAO",
        "LATIN",
        "MALAYALAM",
        "MYANMAR",
        "ORIYA",
        "SINHALA",
        "TAMIL",
        "TELUGU",
        "THAANA",
        "THAI",
        "TIBETAN",
    ]  # noqa: SIM905
)
"""Those that Unicode recommends for identifiers (UAX 31), as the names of their characters begin; CJK is Han."""
USUAL_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""How Japanese, Chinese and Korean are written: what Unicode's “highly restrictive” level admits (UTS 39)."""


def whole(pattern: str) -> str:
    r"""The pattern for a text from end to end, for both databases: SQLite's `$` lets a line feed follow."""
    return rf"\A{pattern}\Z"


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


def username_fault(name: str) -> str:
    """Why no account is called `name` from here on; nothing where one can be.

    A name has one script, so that none looks like another by a letter of elsewhere: `alice` with a Cyrillic `а` is
    refused. Look-alikes within one script (`l` and `I`, `rn` and `m`), and names that are in another script as a whole
    (`аасе`, all of it Cyrillic), are not told apart. It never holds `@`, so it reads like nobody's e-mail.
    """
    if name in (".", ".."):
        return "“.” and “..” are no usernames: an address cannot hold them."
    if unicodedata.normalize("NFKC", name) != name:
        return "A username has no characters that only look different from others, such as full-width letters."
    if not name or not all(character.isalnum() or character in USERNAME_SIGNS for character in name):
        return "A username has letters, digits, and the characters . _ + - alone."
    if not _are_of_one_script({_script_of(character) for character in name if not _is_in_all_scripts(character)}):
        return "The letters of a username are all of one script: some of these only look like others."
    if len({ord(each) - unicodedata.digit(each) for each in name if each.isdecimal()}) > 1:
        return "The digits of a username are all of one kind."
    return ""


def _is_in_all_scripts(character: str) -> bool:
    return character in USERNAME_SIGNS or character in "0123456789"


def _script_of(character: str) -> str:
    """The word by which the names of a script's letters and digits begin."""
    word = re.split("[ -]", unicodedata.name(character, "").removeprefix("EXTENDED "))[0]
    return "CJK" if word == "IDEOGRAPHIC" else word


def _are_of_one_script(scripts: set[str]) -> bool:
    alone = len(scripts) <= 1 and scripts <= SCRIPTS
    return alone or any(scripts <= together for together in USUAL_TOGETHER)


def is_slug(text: str) -> bool:
    """Whether an organization or a team can go by `text`."""
    return len(text) <= SLUG_LENGTH and re.fullmatch(SLUG_PATTERN, text) is not None


def natural_id_from(name: str) -> str:
    """A natural id that reads like `name`; `library` where nothing of it can be kept."""
    slug = slugify(name).replace("_", "-")[:NATURAL_ID_LENGTH].strip("-")
    return slug if is_natural_id(slug) else "library"


def lookup_for(identifier: str) -> tuple[str, UUID | str]:
    """The column that `identifier` names, and its value; text that is none of the three names nothing."""
    if is_uuid(identifier):
        return "pk", UUID(identifier)
    if re.fullmatch(OBJECT_ID_PATTERN, identifier):
        return "object_id", identifier
    return "natural_id", identifier if is_natural_id(identifier) else ""
