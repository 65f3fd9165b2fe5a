"""Requests that are worked on at once are counted; those that are still arriving are not."""

from __future__ import annotations

from io import BytesIO
from threading import Event, Thread
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from sharing_project.places import with_places

FIRST = 10
PATIENCE = 60


class Arriving(BytesIO):
    """A body of which every byte behind `stalls_at` comes when `go_on` is set."""

    def __init__(self, body: bytes, stalls_at: int) -> None:
        super().__init__(body)
        self.stalls_at, self.stalled, self.go_on = stalls_at, Event(), Event()

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0 or self.tell() + size > self.stalls_at:
            self.stalled.set()
            assert self.go_on.wait(PATIENCE)
        return super().read(size)


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))]


def request(body: BytesIO | None = None, **headers: str) -> dict[str, Any]:
    length = str(len(body.getvalue())) if body else ""
    return {"wsgi.input": body or BytesIO(), "CONTENT_LENGTH": length, **headers}


def answer(application: Any, environ: dict[str, Any]) -> bytes:
    return b"".join(application(environ, lambda *arguments: None))


@pytest.mark.parametrize("stalls_at", [FIRST // 2, FIRST])
def test_a_request_that_waits_for_its_body_keeps_nobody_waiting(stalls_at):
    """Whether it waits before it has a place, or within."""
    application = with_places(echo, 1, first=FIRST)
    slow, answers = Arriving(b"a" * 3 * FIRST, stalls_at), []
    thread = Thread(target=lambda: answers.append(answer(application, request(slow))))
    thread.start()
    assert slow.stalled.wait(PATIENCE)
    assert answer(application, request(BytesIO(b"quick"))) == b"quick"
    slow.go_on.set()
    thread.join(PATIENCE)
    assert answers == [b"a" * 3 * FIRST]


def test_nothing_is_begun_before_the_first_of_the_body_is_there():
    def beginning(environ, start_response):
        begun.set()
        return []

    begun = Event()
    application = with_places(beginning, 1, first=FIRST)
    slow = Arriving(b"a" * FIRST, FIRST // 2)
    thread = Thread(target=answer, args=(application, request(slow)))
    thread.start()
    assert slow.stalled.wait(PATIENCE)
    assert not begun.is_set()
    slow.go_on.set()
    thread.join(PATIENCE)
    assert begun.is_set()


def test_no_more_are_worked_on_than_there_are_places():
    def working(environ, start_response):
        if environ["PATH_INFO"] == "/second":
            second_begun.set()
        else:
            second.start()
            in_time.append(second_begun.wait(0.2))
        return []

    second_begun = Event()
    in_time: list[bool] = []
    application = with_places(working, 1, first=FIRST)
    second = Thread(target=answer, args=(application, request(PATH_INFO="/second")))
    answer(application, request(PATH_INFO="/first"))
    assert second_begun.wait(PATIENCE)
    assert in_time == [False]


@pytest.mark.parametrize("length", ["", "0", "-1", "many"])
def test_without_a_length_nothing_is_awaited(length):
    """What is no length is for the application to refuse."""
    never = Arriving(b"", -1)
    application = with_places(lambda environ, start_response: [b"answered"], 1, first=FIRST)
    assert answer(application, {"wsgi.input": never, "CONTENT_LENGTH": length}) == b"answered"


@pytest.mark.parametrize("body", [b"", b"a" * FIRST, b"a" * 3 * FIRST])
def test_a_body_in_chunks_is_read_to_its_end(body):
    application = with_places(lambda environ, start_response: [environ["wsgi.input"].read()], 1, first=FIRST)
    assert answer(application, {"wsgi.input": BytesIO(body), "HTTP_TRANSFER_ENCODING": "chunked"}) == body


def test_an_answer_is_one_piece_and_closed_before_its_place_is_free():
    closed = []
    response = HttpResponse([b"a", b"b"])
    response.close = lambda: closed.append(True)  # type: ignore[method-assign]
    assert with_places(lambda *request: response, 1, first=FIRST)(request(), lambda *arguments: None) == [b"ab"]
    assert closed == [True]


def test_one_that_is_made_while_it_is_sent_is_handed_on_as_it_is():
    response = StreamingHttpResponse(iter([b"a"]))
    assert with_places(lambda *request: response, 1, first=FIRST)(request(), lambda *arguments: None) is response
