"""How many requests a process works on at once, however many it has begun to receive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BufferedReader, BytesIO, RawIOBase
from threading import BoundedSemaphore
from typing import Any, cast

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_places(wrapped: Application, number: int, *, first: int) -> Application:
    """Let in so many requests at once; the others wait. The first bytes of a body, `first` of them, are awaited outside,
    and for the rest a request leaves its place.

    So peers who send half a body and no more hold a waiting thread each, but no place and no database connection. An
    answer is handed on as one piece, except one that is made while it is sent, which needs no place any more.
    """
    places = BoundedSemaphore(number)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if awaited := _bytes_to_come(environ, first):
            stream = environ["wsgi.input"]
            environ["wsgi.input"] = BufferedReader(_Body(stream.read(awaited), stream, places))
        with places:
            return _in_one_piece(wrapped(environ, start_response))

    return application


def _bytes_to_come(environ: dict[str, Any], most: int) -> int:
    """A length that is no number is the application's to refuse."""
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdecimal():
        return min(int(length), most)
    return most if "HTTP_TRANSFER_ENCODING" in environ else 0


def _in_one_piece(answer: Any) -> Iterable[bytes]:
    """Django's answer as a list, and closed, which gives its database connection back before the place is free."""
    if getattr(answer, "streaming", True):
        return cast(Iterable[bytes], answer)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


class _Body(RawIOBase):
    """A request's body. What has not been read yet is read without a place."""

    def __init__(self, begun: bytes, rest: Any, places: BoundedSemaphore) -> None:
        self._begun = BytesIO(begun)
        self._rest = rest
        self._places = places

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if read := self._begun.readinto(buffer):
            return read
        self._places.release()
        try:
            rest = self._rest.read(len(buffer))
        finally:
            self._places.acquire()
        buffer[: len(rest)] = rest
        return len(rest)
