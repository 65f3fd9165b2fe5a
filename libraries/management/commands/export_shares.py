from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from libraries.management.base import SharingCommand
from libraries.management.formats import add_format_option, format_of
from libraries.management.output import PIPE, add_file_argument, opened
from libraries.models import Share
from libraries.share_files.writer import write

PAGE = 1000


class Command(SharingCommand):
    help = (
        "Write every share, the oldest first, as CSV or JSON Lines that import_shares and the console read. In CSV an "
        "apostrophe goes before what a spreadsheet would run as a formula; reading takes it off again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_file_argument(parser)
        add_format_option(parser)
        parser.add_argument(
            "--excel", action="store_true", help="for spreadsheets: begin the CSV with a byte order mark"
        )

    def handle(self, **options: Any) -> None:
        path = options["file"]
        format = format_of(path, options["format"])
        if options["excel"] and format != "csv":
            raise CommandError("--excel is for CSV: name a .csv file, or leave it out.")
        with opened(path, self.stdout) as target:
            number = write(target, format, _shares(), excel=options["excel"])
        if path != PIPE:
            self.stdout.write(f"{number} shares are in {path}.")


def _shares() -> Iterator[Share]:
    """By key, a page at a time: memory stays flat, and no transaction stays open."""
    page = _page(None)
    while page:
        yield from page
        page = _page(page[-1].pk)


def _page(after: UUID | None) -> list[Share]:
    shares = Share.objects.select_related("library__organization", "user", "team", "organization").order_by("pk")
    return list((shares.filter(pk__gt=after) if after else shares)[:PAGE])
