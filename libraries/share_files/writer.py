"""Shares into a file that `reader` reads back as they are: the one way out, for the command and for the console."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from libraries.models import Share
from libraries.rules.levels import Level
from libraries.share_files import csv_dialect, jsonl


def write(target: Any, format: str, shares: Iterable[Share], *, excel: bool = False) -> int:
    """Write shares, which bring their library, its organization and their principal along, to a text file; returns how many.

    excel: begin a CSV file with the byte order mark, without which spreadsheets do not take it for UTF-8.
    """
    put = csv_dialect.writer(target, mark=excel) if format == "csv" else jsonl.writer(target)
    number = 0
    for share in shares:
        put(_values_of(share))
        number += 1
    return number


def _values_of(share: Share) -> tuple[str, ...]:
    """In the order of the columns."""
    end = share.expires_at.isoformat() if share.expires_at else ""
    return share.library.qualified_name, share.principal_name, Level(share.level).name, end, share.note
