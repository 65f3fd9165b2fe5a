"""Which format a share file has, as the commands are told."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import CommandError, CommandParser

from libraries.management.output import PIPE
from libraries.share_files.reader import FORMATS

EXTENSIONS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def add_format_option(parser: CommandParser) -> None:
    parser.add_argument("--format", choices=FORMATS, help="otherwise what the file's name says; csv for a pipe")


def format_of(path: str, wanted: str | None) -> str:
    """The format that was asked for, or the one that the file's name says; CSV for a pipe. Raises CommandError."""
    if wanted or path == PIPE:
        return wanted or "csv"
    try:
        return EXTENSIONS[Path(path).suffix.lower()]
    except KeyError:
        raise CommandError(f"What format is {path}? Say --format csv or --format jsonl.") from None
