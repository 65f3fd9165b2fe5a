"""Which texts a database keeps."""


def is_storable(text: str) -> bool:
    """Whether both databases take `text`: no NUL, no half of a surrogate pair."""
    if text.isascii():
        return "\x00" not in text
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
