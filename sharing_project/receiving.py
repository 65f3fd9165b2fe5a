"""From the web server to the application: requests are received without a thread each, and worked on by a few."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import unquote_to_bytes

from sharing_project.access_log import Application, with_access_log

Headers = list[tuple[bytes, bytes]]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Server = Callable[[Message, Receive, Send], Coroutine[Any, Any, None]]

KEPT_IN_MEMORY = 1024 * 1024
"""Bytes of a body. What is longer, as a file of shares may be, is in a temporary file."""


class HungUp(Exception):
    """The peer went away before its request was whole, or what it sends cannot be read as a body."""


def with_threads(
    application: Application,
    number: int,
    *,
    longest: Callable[[str], int],
    within: float,
    apart: frozenset[str] = frozenset(),
) -> Server:
    """An ASGI application that receives whole requests, and hands them to so many threads of a WSGI application.

    longest: of how many bytes a body may be, by its path. One that is longer is not handed on; CONTENT_LENGTH says so.
    within: seconds for a body to arrive in. After that the answer is 408, and the connection is closed.
    apart: paths to which a POST is worked on by a thread of its own, one after the other, since it takes long.

    So who sends half a request and no more holds a connection, but neither a thread nor one to the database. An answer
    is sent as one piece: who is slow to read it holds no thread either.
    """
    threads, slow = ThreadPoolExecutor(number, "request"), ThreadPoolExecutor(1, "slow")

    async def server(scope: Message, receive: Receive, send: Send) -> None:
        environ, asked = environ_of(scope), application
        body = Body(environ, receive, longest(environ["PATH_INFO"]))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within
        try:
            if body.is_to_come:
                async with asyncio.timeout_at(deadline):
                    await body.arrive()
        except TimeoutError:
            asked = too_late
        except HungUp:
            asked = torn
        is_slow = environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in apart
        status, headers, content = await loop.run_in_executor(slow if is_slow else threads, _answer, asked, environ)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})
        await body.discard_rest(deadline)

    return server


class Body:
    """A request's body on its way in. `environ` is told its length, and where it can be read."""

    def __init__(self, environ: dict[str, Any], receive: Receive, longest: int) -> None:
        self._environ, self._receive, self._longest = environ, receive, longest
        length = environ.get("CONTENT_LENGTH", "")
        self._length = int(length) if length.isdecimal() else None
        self.is_to_come = bool(self._length) or "HTTP_TRANSFER_ENCODING" in environ

    async def arrive(self) -> None:
        """Wait for all of it, unless that is too much. Raises HungUp."""
        if (self._length or 0) > self._longest:
            return
        with ExitStack() as stack:
            stream = stack.enter_context(SpooledTemporaryFile(KEPT_IN_MEMORY))
            received = 0
            while self.is_to_come and received <= self._longest:
                received += stream.write(await self._next())
                if received == self._length:
                    self.is_to_come = False
            self._environ["CONTENT_LENGTH"] = str(received)
            if received <= self._longest:
                stream.seek(0)
                self._environ["wsgi.input"] = stream
                stack.pop_all()  # it is closed behind the answer

    async def discard_rest(self, deadline: float) -> None:
        """Let a peer that sends too much come to its end, since until then it may not read the answer."""
        with suppress(TimeoutError, HungUp):
            async with asyncio.timeout_at(deadline):
                while self.is_to_come:
                    await self._next()

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise HungUp
        self.is_to_come = message.get("more_body", False)
        return message.get("body", b"")


def environ_of(scope: Message) -> dict[str, Any]:
    """ASGI's scope as WSGI has it, the body not yet in it.

    A header whose name has an underscore is left out: it would pass for the one with a hyphen.
    """
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": scope["server"][0],
        "SERVER_PORT": str(scope["server"][1]),
        "REMOTE_ADDR": scope["client"][0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" not in name:
            key, text = _key(name), value.decode("latin-1")
            joint = ";" if key == "HTTP_COOKIE" else ","
            environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    return environ


def _key(name: bytes) -> str:
    if name in (b"content-type", b"content-length"):
        return name.decode().upper().replace("-", "_")
    return "HTTP_" + name.decode("latin-1").upper().replace("-", "_")


def _answer(application: Application, environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    """Status, headers and body. The answer is closed before, which gives its database connection back."""
    status, headers = "", []

    def start_response(given: str, named: list[tuple[str, str]], exc_info: Any = None) -> None:
        nonlocal status, headers
        status, headers = given, named

    answer = application(environ, start_response)
    try:
        content = b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
        environ["wsgi.input"].close()
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return int(status.split(" ", 1)[0]), encoded, content


def _refusing(status: str, sentence: bytes) -> Application:
    def refuse(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        headers = {"Content-Type": "text/plain", "Content-Length": str(len(sentence)), "Connection": "close"}
        start_response(status, list(headers.items()))
        return [sentence]

    return with_access_log(refuse)


too_late = _refusing("408 Request Timeout", b"The body did not arrive in time.\n")
torn = _refusing("400 Bad Request", b"The body did not arrive whole.\n")
"""Who sent a chunk of no length is still there to hear of it."""
