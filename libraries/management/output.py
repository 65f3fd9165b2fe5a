"""Where the commands that export write to, a new file or a pipe; and what a terminal can be shown."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception
from types import TracebackType
from typing import Any

from django.core.management.base import CommandError, CommandParser, OutputWrapper

from libraries.identifiers import without_keys

PIPE = "-"


class SafeOutput(OutputWrapper):
    """A command's output: what names and files hold is shown, and never obeyed by a terminal."""

    def write(self, msg: str = "", style_func: Any = None, ending: str | None = None) -> None:  # type: ignore[override]
        super().write(shown(msg), style_func, ending)

    @property
    def untouched(self) -> Any:
        """The same for what is no text for people: a file that is exported, or what draws on a terminal itself."""
        wrapped: Any = self
        return OutputWrapper(wrapped._out, wrapped.ending)


def safe(output: Any) -> SafeOutput:
    """That output of Django's, with its style."""
    if isinstance(output, SafeOutput):
        return output
    wrapped = SafeOutput(output._out, output.ending)
    wrapped.style_func = output.style_func
    return wrapped


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

    A file is there whole or not at all: while it is written, it is empty, and its text is in PATH.unfinished.
    A reader of the pipe who has enough, as `head` has, ends the block quietly.
    """
    try:
        if path == PIPE:
            yield stdout.untouched if isinstance(stdout, SafeOutput) and not stdout.isatty() else stdout
            stdout.flush()
        else:
            with _new_file(path) as file:
                yield file
    except BrokenPipeError:
        _write_no_more()
    except FileExistsError as error:
        told = f"Cannot write to “{path}”: {error.strerror}. Name another file, or remove this one first."
        raise CommandError(told) from error
    except OSError as error:
        raise CommandError(f"Cannot write to “{path}”: {error.strerror}.") from error


@contextmanager
def _new_file(path: str) -> Iterator[Any]:
    open(path, "x").close()
    try:
        unfinished = f"{path}.unfinished"
        with open(unfinished, "w", encoding="utf-8", newline="") as file:
            yield file
        os.replace(unfinished, path)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def _write_no_more() -> None:
    """What is left in Python's own buffer would be tried again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell_crash(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """In the place of Python's own: an exception may quote what a file or the database holds."""
    sys.stderr.write(without_keys(shown("".join(format_exception(kind, error, where)))))


def shown(text: str) -> str:
    """The same for a text of several lines."""
    return "\n".join(map(printable, text.split("\n")))


def printable(text: str) -> str:
    """The text with whatever a terminal might obey, or show as nothing, written as an escape."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode()
