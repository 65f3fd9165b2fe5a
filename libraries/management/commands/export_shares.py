from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from libraries.management.base import SharingCommand
from libraries.management.share_files import FORMATS, format_of, write
from libraries.models import Share
from libraries.rules.levels import Level

PAGE = 1000


class Command(SharingCommand):
    help = "Write every share, the oldest first, as CSV or JSON Lines that import_shares reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="where to; - for standard output")
        parser.add_argument("--format", choices=FORMATS, help="otherwise what the file's name says; csv for a pipe")

    def handle(self, **options: Any) -> None:
        path = options["file"]
        format = format_of(path, options["format"])
        if path == "-":
            write(self.stdout, format, _rows())
            return
        with _replacing(path) as target:
            number = write(target, format, _rows())
        self.stdout.write(f"{number} shares are in {path}.")


def _rows() -> Iterator[tuple[str, ...]]:
    """By key, a page at a time: memory stays flat, and no transaction stays open."""
    page = _page(None)
    while page:
        for share in page:
            end = share.expires_at.isoformat() if share.expires_at else ""
            yield share.library.natural_id, share.principal_name, Level(share.level).name, end, share.note
        page = _page(page[-1].pk)


def _page(after: UUID | None) -> list[Share]:
    shares = Share.objects.select_related("library", "user", "team", "organization").order_by("pk")
    return list((shares.filter(pk__gt=after) if after else shares)[:PAGE])


@contextmanager
def _replacing(path: str) -> Iterator[TextIO]:
    """The file is there whole or not at all: what was there stays until the last line is written."""
    unfinished = f"{path}.unfinished"
    try:
        with open(unfinished, "w", encoding="utf-8", newline="") as target:
            yield target
        os.replace(unfinished, path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
