"""JSON bodies, taken strictly."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO, RawIOBase
from math import isfinite
from typing import IO, Any, ClassVar, NoReturn

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser

from libraries.db.text import is_storable

SURROGATE = re.compile("[\ud800-\udfff]")
DIGITS = 18
"""Of the longest Content-Length that is looked at: no body is longer."""


class BodyTooLarge(APIException):
    """The body is longer than MAX_BODY_BYTES."""

    status_code = 413
    default_code = "body_too_large"

    def __init__(self) -> None:
        super().__init__(f"The body is longer than {settings.MAX_BODY_BYTES} bytes.")


class UnsupportedEncoding(APIException):
    """The body is compressed, or encoded otherwise. `headers`: for the answer (RFC 9110, section 12.5.3)."""

    status_code = 415
    default_code = "unsupported_encoding"
    default_detail = "Send the body as it is, without Content-Encoding."
    headers: ClassVar = {"Accept-Encoding": "identity"}


def read_ahead(request: HttpRequest) -> None:
    """Wait for the body, as far as MAX_BODY_BYTES, and put it where it is read from; what is wrong with it is told then.

    Of a request that is worked on again, it is there, and read from its beginning.
    """
    body: Any = request._stream
    if isinstance(body, BytesIO):
        body.seek(0)
    else:
        try:
            body = BytesIO(request.read(settings.MAX_BODY_BYTES + 1))
        except OSError as error:
            body = _Torn(error)
    request._stream, request._read_started = body, False  # type: ignore[attr-defined]


class _Torn(RawIOBase):
    """A body that did not arrive whole."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def read(self, size: int = -1, /) -> bytes:
        raise self._error


class StrictJSONParser(BaseParser):
    """Refuses what is too long, malformed, ambiguous, not finite, or could not be stored: never a server error."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        _refuse_encoded((parser_context or {}).get("request"))
        try:
            body = _read(stream)
            data = _loaded(body)
            if b"\\u" in body:  # only an escape can bring them: UTF-8 and JSON have no other place for them
                data = self.with_unstorable(data)
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        return data

    def with_unstorable(self, data: Any) -> Any:
        """What becomes of a body that may hold text which no database stores. Raises ValidationError where there is any."""
        _refuse_unstorable(data)
        return data


class NamingParser(StrictJSONParser):
    """For questions, which store nothing: a name that nobody could have is taken, and names nothing.

    Half a surrogate pair becomes NUL, which no name has either, and which an answer can repeat.
    """

    def with_unstorable(self, data: Any) -> Any:
        if isinstance(data, str):
            return SURROGATE.sub("\0", data)
        if isinstance(data, list):
            return [self.with_unstorable(item) for item in data]
        if isinstance(data, dict):
            return {self.with_unstorable(key): self.with_unstorable(value) for key, value in data.items()}
        return data


def refuse_too_long(announced: str) -> None:
    """By its Content-Length, of which nobody need have read anything. Raises BodyTooLarge."""
    if announced_length(announced) > settings.MAX_BODY_BYTES:
        raise BodyTooLarge


def announced_length(header: str) -> int:
    """What a Content-Length says; 0 where it says nothing. Python makes no number of thousands of digits."""
    if not header.isdecimal():
        return 0
    return int(header) if len(header) <= DIGITS else sys.maxsize


def _refuse_encoded(request: Any) -> None:
    encoding = request.headers.get("Content-Encoding", "") if request is not None else ""
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedEncoding


def _read(stream: IO[bytes]) -> bytes:
    try:
        body = stream.read(settings.MAX_BODY_BYTES + 1)
    except OSError as error:
        raise ParseError("The body did not arrive whole.") from error
    if len(body) > settings.MAX_BODY_BYTES:
        raise BodyTooLarge
    return body


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_unambiguous,
            parse_float=_finite,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        raise ParseError("The body is not UTF-8.") from error
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is not JSON: {error}.") from error
    except ValueError as error:  # Python turns no endless run of digits into a number
        raise ParseError("The body holds a number of too many digits.") from error


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one key: readers would differ about which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        met: set[str] = set()
        twice = next(key for key, _ in pairs if key in met or met.add(key))  # type: ignore[func-returns-value]
        raise ParseError(f"The body is ambiguous: one of its objects has the key {json.dumps(twice)} twice.")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ParseError(f"The body holds a number that is out of range: {digits[:40]}.")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(f"The body is not JSON: {name} is not a JSON number.")


def _refuse_unstorable(data: Any) -> None:
    """NUL and halves of surrogate pairs can be written in JSON, and no database stores them."""
    path = next(_unstorable(data, ()), None)
    if path is None:
        return
    errors: Any = ["Contains NUL or half of a surrogate pair."]
    for step in reversed(path):
        errors = {step: errors}
    raise ValidationError(errors)


def _unstorable(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The way to each text that cannot be stored; to the object around it where that is a key."""
    if isinstance(value, str) and not is_storable(value):
        yield path
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, (*path, str(index)))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unstorable(item, (*path, key)) if is_storable(key) else (path,)
