"""Which texts a database keeps, and which it looks for."""

SEARCH_LENGTH = 300
"""Characters of a text to look for: no name, and no address, has more. SQLite refuses patterns of many thousands."""


def could_be_found(text: str) -> bool:
    """Whether anything could have `text` in its name: neither database fails when it looks for it."""
    return len(text) <= SEARCH_LENGTH and is_storable(text)


def is_storable(text: str) -> bool:
    """Whether both databases take `text`: no NUL, no half of a surrogate pair."""
    if text.isascii():
        return "\x00" not in text
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
