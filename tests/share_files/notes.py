"""Every note there can be, those above all that a file could misread."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from libraries.models import Library, Share
from libraries.models.shares import NOTE_LENGTH
from tests.factories import give_to_many

AT_ONCE = 12
_storable = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
_awkward = st.text("'\"=+-@\t\r\n,; ＝＋－＠＇\ufeff\u2028\x0b\x85\\x{}", max_size=12)
notes = st.lists(_awkward | st.text(_storable, max_size=NOTE_LENGTH), min_size=AT_ONCE, max_size=AT_ONCE)
END = datetime(2090, 1, 31, 12, 30, 5, 678901, tzinfo=UTC)


def write_down(library: Library, notes: list[str]) -> None:
    """Give the notes to AT_ONCE shares of the library, which are made the first time; every third of them ends."""
    shares = list(library.shares.filter(user__username__startswith="reader-").order_by("pk"))
    if not shares:
        give_to_many(library, AT_ONCE)
        return write_down(library, notes)
    for number, (share, note) in enumerate(zip(shares, notes, strict=True)):
        share.note, share.expires_at = note, None if number % 3 else END
    Share.objects.bulk_update(shares, ["note", "expires_at"])
    return None
