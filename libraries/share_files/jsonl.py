"""JSON Lines as share files have it: an object a line, with the names of the columns as keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from libraries.share_files.columns import ABSENT, COLUMNS, REQUIRED, Row, Unread, plain, repeated_among, unknown_among
from libraries.share_files.lines import Lines, not_utf8

KNOWN = frozenset(COLUMNS)


class _Repeated(ValueError):
    """An object with a key twice."""


def rows(lines: Lines) -> Iterator[tuple[int, Row]]:
    """The number of each line that is not empty, with its values."""
    for text in lines:
        lines.record.clear()
        if lines.spoiled:
            lines.spoiled = 0
            yield lines.number, Unread(not_utf8(lines.number))
        elif not text.isspace():
            yield lines.number, _row(text)


def writer(target: Any) -> Callable[[Sequence[str]], Any]:
    """What writes the values of one line."""

    def put(values: Sequence[str]) -> None:
        target.write(json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False) + "\n")

    return put


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = ", ".join(sorted(key for key in found if keys.count(key) > 1))
        raise _Repeated(repeated.encode(errors="backslashreplace").decode())
    return found


_decoder = json.JSONDecoder(object_pairs_hook=_object)


def _row(text: str) -> Row:
    try:
        found = _decoder.decode(text)
    except _Repeated as error:
        return Unread(f"A key is there twice: {error}.")
    except (ValueError, RecursionError) as error:
        return Unread(f"This is not JSON: {error}.")
    if "\\u" in text and not _is_unicode(found):
        return Unread("The line has half of a surrogate pair, which is no character.")
    if not isinstance(found, dict):
        return Unread("This is not a JSON object.")
    if not found.keys() <= KNOWN:
        if unknown := unknown_among(found):
            return Unread(f"There is no such column: {', '.join(unknown)}.")
        if repeated := repeated_among(list(found)):
            return Unread(f"A key is there twice: {', '.join(repeated)}.")
        found = {plain(name): value for name, value in found.items()}
    if missing := [name for name in REQUIRED if name not in found]:
        return Unread(f"There is no {', '.join(missing)}.")
    wrong = [name for name, value in found.items() if not _is_text(name, value)]
    return Unread(f"Not a text: {', '.join(wrong)}.") if wrong else [found.get(name, ABSENT) for name in COLUMNS]


def _is_unicode(found: Any) -> bool:
    """Whether all texts in it can be shown: an escape alone, `\\ud800`, makes what no encoding has."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_text(name: str, value: Any) -> bool:
    """Texts all, but a level may be a number, and null may stand for an empty one."""
    if isinstance(value, str):
        return True
    if value is None:
        return name not in ("library", "principal")
    return name == "level" and type(value) is int
