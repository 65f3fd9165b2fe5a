"""Which texts a database keeps."""


def is_storable(text: str) -> bool:
    """Whether both databases take `text`: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
