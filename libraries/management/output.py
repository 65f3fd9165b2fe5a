"""Where the commands that export write to: a new file, or a pipe."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser

PIPE = "-"


def add_file_argument(parser: CommandParser) -> None:
    parser.add_argument(
        "file", nargs="?", type=_path, default=PIPE, help="a new file; without it, or as -, standard output"
    )


def _path(text: str) -> str:
    if not text or "\x00" in text:
        raise ArgumentTypeError(f"{text!r} is not a file name")
    return text


@contextmanager
def opened(path: str, stdout: Any) -> Iterator[Any]:
    """Something to write text to. CommandError where that fails, or where the file is there already.

    A reader of the pipe who has enough, as `head` has, ends the block quietly.
    """
    try:
        if path == PIPE:
            yield stdout
            stdout.flush()
        else:
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                yield file
    except BrokenPipeError:
        _write_no_more()
    except OSError as error:
        raise CommandError(f"Cannot write to “{path}”: {error.strerror}.") from error


def _write_no_more() -> None:
    """What is left in Python's own buffer would be tried again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
