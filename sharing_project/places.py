"""How many requests a process works on at once, however many it has begun to receive."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BufferedReader, RawIOBase
from threading import BoundedSemaphore
from typing import Any, cast

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_places(wrapped: Application, number: int) -> Application:
    """Let in so many requests at once; the others wait. One that waits for its own body leaves its place meanwhile.

    So peers who send half a body and no more hold a waiting thread each, but none of the places. An answer is handed on
    as one piece, except one that is made while it is sent, which needs no place any more.
    """
    places = BoundedSemaphore(number)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = BufferedReader(_Body(environ["wsgi.input"], places))
        with places:
            return _in_one_piece(wrapped(environ, start_response))

    return application


def _in_one_piece(answer: Any) -> Iterable[bytes]:
    """Django's answer as a list, and closed, which gives its database connection back before the place is free."""
    if getattr(answer, "streaming", True):
        return cast(Iterable[bytes], answer)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


class _Body(RawIOBase):
    """A request's body, which is read without a place."""

    def __init__(self, stream: Any, places: BoundedSemaphore) -> None:
        self._stream = stream
        self._places = places

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._places.release()
        try:
            read = self._stream.read(len(buffer))
        finally:
            self._places.acquire()
        buffer[: len(read)] = read
        return len(read)
