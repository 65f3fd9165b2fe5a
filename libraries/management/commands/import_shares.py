from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from libraries.management.base import (
    SharingCommand,
    add_actor_option,
    add_json_option,
    find_actor,
    positive,
)
from libraries.management.formats import add_format_option, format_of
from libraries.management.importing import Import, Round, quick_memory
from libraries.management.output import printable
from libraries.management.progress import Teller, telling
from libraries.share_files.columns import BadLine, FileRefused, Line
from libraries.share_files.reader import read

BATCH = 10_000


class Command(SharingCommand):
    help = (
        "Share as the lines of a file say: CSV with the header library, principal, level, expires_at, note (the last "
        "two may lack: then these stay as they are), or JSON Lines with the same names; UTF-8, or UTF-16 with its mark. "
        "CSV may have commas, semicolons or tabs between its values; an apostrophe before =, +, -, @, ', a tab or a "
        "carriage return guards it from spreadsheets and is taken off. A principal may go by e-mail: "
        "bob@acme.example, team:sales@acme.example. A level is named, in any case, or numbered; an empty one takes the "
        "share away; an empty end is none. An end without a zone is in UTC, a date alone means the end of that day in "
        "UTC. Each worker commits about a batch at a time, whole or not at all, and a library's lines are done in their "
        "order. What is refused is named by its line, the rest is done, and the exit status is 1; after a quote that "
        "never closes nothing is read. To import a file again changes nothing, if it names no principal of a library "
        "twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="- for standard input")
        add_format_option(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what the lines would do, and do nothing")
        parser.add_argument(
            "--start-line", type=positive, default=1, metavar="N", help="leave out what is before line N"
        )
        parser.add_argument(
            "--resume",
            action="store_true",
            help="keep the next line in FILE.resume, and go on from the one that is there",
        )
        parser.add_argument("--batch-size", type=positive, default=BATCH, metavar="LINES", help=f"{BATCH:,} by default")
        parser.add_argument(
            "--workers", type=positive, help="how many batches at once, 2 by default; SQLite takes one at a time"
        )
        add_actor_option(parser)
        add_json_option(parser)

    def handle(self, **options: Any) -> None:
        path, format = options["file"], format_of(options["file"], options["format"])
        bookmark = Bookmark(path if options["resume"] else None, options["start_line"])
        run = Import(find_actor(options["actor"]), dry_run=options["dry_run"], workers=options["workers"])
        with _opened(path) as source, self._telling(path, options) as teller, _saying_where(bookmark), quick_memory():
            lines = _wanted(read(source, format), bookmark.place)
            for round_, refusals in run.run(_rounds(source, lines, options["batch_size"] * run.workers)):
                for refusal in refusals:
                    teller.say(refusal)
                last = round_.lines[-1].number
                if not options["dry_run"]:
                    bookmark.move(last + 1)
                teller.advance(round_.place, f"Done up to line {last}.")
        bookmark.remove()
        self._report(run, options)

    def _telling(self, path: str, options: dict[str, Any]) -> AbstractContextManager[Teller]:
        total = None if path == "-" else os.stat(path).st_size
        return telling(self.stderr, total=total, what="Importing", quiet=options["verbosity"] == 0)

    def _report(self, run: Import, options: dict[str, Any]) -> None:
        found = {name: run.counts[name] for name in ("lines", "changed", "unchanged", "refused")}
        if options["json"]:
            unread = {"unreadFrom": run.unread_from} if run.unread_from else {}
            self.print_json({"dryRun": options["dry_run"], **found, **unread})
        else:
            would = "would be " if options["dry_run"] else ""
            sentence = f"{{lines}} lines: {{changed}} {would}changed, {{unchanged}} unchanged, {{refused}} refused."
            unread_from = f" Nothing was read from line {run.unread_from} on." if run.unread_from else ""
            self.stdout.write(sentence.format(**found) + unread_from)
        if run.counts["refused"]:
            raise CommandError("Correct the lines listed above and import them again.")


class Bookmark:
    """The line to go on from.

    In a file, it is moved when all lines before it are done. Lines beyond it may be done too: these are done again, in
    their order, which changes nothing unless a principal of a library is named twice.
    """

    def __init__(self, path: str | None, place: int) -> None:
        if path == "-":
            raise CommandError("A pipe cannot be resumed: use --start-line.")
        self._path = Path(f"{path}.resume") if path else None
        self.place = max(place, self._kept())

    def _kept(self) -> int:
        try:
            return int(self._path.read_text()) if self._path and self._path.exists() else 1
        except ValueError:
            raise CommandError(f"{self._path} does not contain a line number: delete it to start again.") from None

    def move(self, place: int) -> None:
        """Whoever reads it finds the old number or the new one."""
        self.place = place
        if self._path:
            beside = self._path.with_name(f"{self._path.name}.new")
            beside.write_text(f"{place}\n")
            os.replace(beside, self._path)

    def remove(self) -> None:
        """There is nothing left to do."""
        if self._path:
            self._path.unlink(missing_ok=True)


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    """The file's bytes. CommandError where it cannot be read, or is no share file."""
    try:
        source = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        with source:
            yield source
    except FileRefused as error:
        raise CommandError(printable(str(error))) from error


@contextmanager
def _saying_where(bookmark: Bookmark) -> Iterator[None]:
    """What stops an import is told with the line to go on from."""
    try:
        yield
    except (DatabaseError, KeyboardInterrupt) as error:
        why = "Stopped" if isinstance(error, KeyboardInterrupt) else f"The database failed: {error}".rstrip()
        raise CommandError(f"{why}. Continue with --start-line {bookmark.place}.") from error


def _wanted(lines: Iterable[Line | BadLine], first: int) -> Iterator[Line | BadLine]:
    """From line `first` on. What stops the reading is told even where it is before that: nothing was read then."""
    return (line for line in lines if line.number >= first or (isinstance(line, BadLine) and line.unread_from))


def _rounds(source: Any, lines: Iterable[Line | BadLine], size: int) -> Iterator[Round]:
    lines = iter(lines)
    while some := list(islice(lines, size)):
        yield Round(some, _place_in(source))


def _place_in(source: Any) -> int:
    """How many bytes have been read; of a pipe, nobody knows how many there will be."""
    return source.tell() if source.seekable() else 0
