"""Requests are handed to the application once they are whole, and those that do not become whole are given up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from threading import Event
from typing import Any

import pytest

from sharing_project.receiving import environ_of, with_threads

LONGEST = 10
PATIENCE = 60
NEVER = object()
GONE = {"type": "http.disconnect"}


class Peer:
    """Sends a body in pieces, behind which nothing comes where the last is NEVER; keeps what it is answered."""

    def __init__(self, *pieces: Any) -> None:
        self.pieces, self.answers = list(pieces), []  # type: ignore[var-annotated]
        self.waiting = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        match self.pieces[0]:
            case bytes(piece):
                del self.pieces[0]
                return {"type": "http.request", "body": piece, "more_body": bool(self.pieces)}
            case dict(message):
                return message
            case _:
                self.waiting.set()
                await asyncio.Event().wait()
                raise AssertionError

    async def send(self, message: dict[str, Any]) -> None:
        self.answers.append(message)

    @property
    def answer(self) -> tuple[int, bytes]:
        return self.answers[0]["status"], self.answers[1]["body"]


def scope(path: bytes = b"/", **headers: str) -> dict[str, Any]:
    return {
        "method": "POST",
        "raw_path": path,
        "query_string": b"a=b",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", "8000"),
        "client": ("10.0.0.7", "4711"),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Length-Told", environ.get("CONTENT_LENGTH", "none"))])
    return [b"<", environ["wsgi.input"].read(), b">"]


def asked(*peers: tuple[Peer, dict[str, Any]], within: float = PATIENCE, application: Any = echo) -> None:
    """All at once, of one server with one thread."""
    server = with_threads(application, 1, longest=lambda path: LONGEST * (2 if path == "/import" else 1), within=within)

    async def ask() -> None:
        await asyncio.gather(*(server(told, peer.receive, peer.send) for peer, told in peers))

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("pieces", "headers"),
    [
        ([b"ab", b"cd", NEVER], {"content_length": "4"}),  # who announces the length need say nothing more
        ([b"ab", b"cd"], {"transfer_encoding": "chunked"}),
        ([b"abcd", b""], {"transfer_encoding": "chunked"}),
    ],
)
def test_a_body_is_handed_on_whole(pieces, headers):
    peer = Peer(*pieces)
    asked((peer, scope(**headers)))
    assert peer.answer == (200, b"<abcd>")
    assert peer.answers[0]["headers"] == [(b"length-told", b"4")]


def test_where_none_is_announced_none_is_awaited():
    peer, empty = Peer(NEVER), Peer(NEVER)
    asked((peer, scope()), (empty, scope(content_length="0")))
    assert [peer.answer, empty.answer] == [(200, b"<>")] * 2


@pytest.mark.parametrize("headers", [{"content_length": "4"}, {"transfer_encoding": "chunked"}])
def test_who_sends_half_keeps_nobody_waiting_and_is_given_up(headers):
    """The one thread answers another meanwhile."""
    slow, quick = Peer(b"a", NEVER), Peer(b"quick")

    async def ask() -> None:
        server = with_threads(echo, 1, longest=lambda path: LONGEST, within=0.2)
        half = asyncio.create_task(server(scope(**headers), slow.receive, slow.send))
        await slow.waiting.wait()
        await server(scope(content_length="5"), quick.receive, quick.send)
        assert (quick.answer, slow.answers) == ((200, b"<quick>"), [])
        await half

    asyncio.run(ask())
    assert slow.answer == (408, b"The body did not arrive in time.\n")
    assert (b"connection", b"close") in slow.answers[0]["headers"]


def test_it_is_the_whole_body_that_has_a_deadline():
    """Who sends a little again and again is as late as who sends nothing."""

    class Dripping(Peer):
        async def receive(self) -> dict[str, Any]:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": b"", "more_body": True}

    peer = Dripping()
    asked((peer, scope(transfer_encoding="chunked")), within=0.1)
    assert peer.answer[0] == 408


def test_nothing_is_asked_for_one_that_hangs_up_or_sends_on_no_http():
    """The web server tells both alike, and the one that is still there is owed an answer."""

    def asking(environ: Any, start_response: Any) -> Any:
        raise AssertionError

    peer = Peer(b"ab", GONE)
    asked((peer, scope(content_length="4")), application=asking)
    assert peer.answer == (400, b"The body did not arrive whole.\n")
    assert (b"connection", b"close") in peer.answers[0]["headers"]


def test_what_is_too_long_is_not_handed_on():
    """Announced, it is not even awaited before the answer; in chunks it is found out. The rest is let pass by after."""
    announced = Peer(b"a" * 99)
    chunked = Peer(b"a" * LONGEST, b"a", b"a" * 50)
    endless = Peer(b"a" * LONGEST, b"a", NEVER)
    told, in_chunks = scope(content_length="99"), scope(transfer_encoding="chunked")
    asked((announced, told), (chunked, in_chunks), (endless, in_chunks), within=0.2)
    for peer, length in ((announced, b"99"), (chunked, b"11"), (endless, b"11")):
        assert peer.answer == (200, b"<>")
        assert peer.answers[0]["headers"] == [(b"length-told", length)]
    assert announced.pieces == chunked.pieces == []


def test_the_path_decides_what_is_too_long():
    short, long = Peer(b"a" * 11), Peer(b"a" * 11)
    asked((short, scope(content_length="11")), (long, scope(b"/import", content_length="11")))
    assert (short.answer, long.answer) == ((200, b"<>"), (200, b"<aaaaaaaaaaa>"))


def test_what_takes_long_keeps_only_its_own_kind_waiting():
    """A POST to a path that is set apart, not a GET of it."""

    def working(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == "/login":
            begun.append(environ["CONTENT_LENGTH"])
            assert go_on.wait(PATIENCE)
        start_response("200 OK", [])
        return [b"done"]

    async def ask() -> None:
        server = with_threads(working, 1, longest=lambda path: LONGEST, within=PATIENCE, apart=frozenset({"/login"}))
        slow = [
            asyncio.create_task(server(scope(b"/login", content_length="0"), Peer().receive, Peer().send)) for _ in "ab"
        ]
        for told in (scope(b"/other"), {**scope(b"/login"), "method": "GET"}):
            peer = Peer()
            await server(told, peer.receive, peer.send)
            assert peer.answer == (200, b"done")
        assert len(begun) <= 1
        go_on.set()
        await asyncio.gather(*slow)

    begun: list[str] = []
    go_on = Event()
    asyncio.run(ask())
    assert len(begun) == 2


def test_an_answer_is_closed_before_it_is_sent():
    class Answer(list[bytes]):
        def close(self) -> None:
            closed.append(list(peer.answers))

    def answering(environ: Any, start_response: Any) -> Answer:
        start_response("200 OK", [])
        return Answer([b"a", b"b"])

    closed: list[Any] = []
    peer = Peer()
    asked((peer, scope()), application=answering)
    assert (peer.answer, closed) == ((200, b"ab"), [[]])


def test_the_environment_is_as_wsgi_has_it():
    told = scope(b"/caf%C3%A9/%ff", host="here", content_type="text/plain", content_length="3", x_one="1")
    told["headers"] += [(b"x-one", b"2"), (b"cookie", b"a=b"), (b"cookie", b"c=d"), (b"x_one", b"forged")]
    environ = environ_of(told)
    assert {name: value for name, value in environ.items() if not name.startswith("wsgi.")} == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/caf\u00c3\u00a9/\u00ff",
        "QUERY_STRING": "a=b",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "10.0.0.7",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "HTTP_HOST": "here",
        "HTTP_X_ONE": "1,2",
        "HTTP_COOKIE": "a=b;c=d",
    }
