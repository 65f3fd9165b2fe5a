"""What the web server answers by itself: no accident, and in every dialect's description."""

from __future__ import annotations

from http.client import HTTPResponse

import pytest

from tests.description import description
from tests.servers import Server, running

HEAD = b"PUT /api/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
IN_CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
REFUSED = {
    "no HTTP at all": (b"nonsense\r\n\r\n", 400, b""),
    "no header": (HEAD + b"no header\r\n\r\n", 400, b""),
    "NUL in a header": (HEAD + b"X-Odd: \x00\r\n\r\n", 400, b""),
    "an address that is not ASCII": (HEAD.replace(b"me", b"\xff") + b"\r\n", 400, b""),
    "a length that is none": (HEAD + b"Content-Length: x\r\n\r\n", 400, b""),
    "two lengths": (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\naa", 400, b""),
    "an unknown transfer encoding": (HEAD + b"Transfer-Encoding: gzip\r\n\r\n", 400, b""),
    "no chunk": (IN_CHUNKS + b"no chunk\r\n", 400, b"The body did not arrive whole.\n"),
    "no second chunk": (IN_CHUNKS + b"1\r\n{\r\n-1\r\n", 400, b"The body did not arrive whole.\n"),
    "half a body": (HEAD + b"Content-Length: 9\r\n\r\n{", 408, b"The body did not arrive in time.\n"),
    "a long address": (HEAD.replace(b"me", b"m" * 65_530) + b"\r\n", 414, b""),
    "many headers": (HEAD + b"X-Odd: 1\r\n" * 100 + b"\r\n", 431, b""),
    "long headers": (HEAD + b"X-Odd: " + b"x" * 1_000_000 + b"\r\n\r\n", 431, b""),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("refusing"), BODY_TIMEOUT_SECONDS="0.5") as server:
        yield server


@pytest.mark.parametrize(("sent", "status", "body"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused(server: Server, sent: bytes, status: int, body: bytes):
    with server.connected() as connection:
        connection.sendall(sent)
        answer = HTTPResponse(connection)
        answer.begin()
        assert (answer.status, answer.read()) == (status, body)


def test_what_can_just_be_read_is_answered_by_the_dialect(server: Server):
    headers = {f"X-Odd-{number}": "1" for number in range(90)}
    assert server.ask("GET", f"/api/me?q={'q' * 60_000}", **headers)[0] == 401


def test_who_hangs_up_leaves_no_accident_behind(server: Server):
    with server.connected() as connection:
        connection.sendall(IN_CHUNKS + b"5\r\n{")
    assert server.ask("GET", "/healthz")[0] == 200
    assert {line["level"] for line in server.lines("_granian")} <= {"info"}


def test_every_call_of_every_dialect_is_described_with_these_answers():
    refused = {str(status): body for _, status, body in REFUSED.values()}
    assert refused.keys() == {"400", "408", "414", "431"}
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            answers = operation["responses"]
            assert refused.keys() <= answers.keys(), (method, path)
            assert {"406", "413", "503"} <= answers.keys(), (method, path)
            assert "web server" in answers["400"]["description"]
            for status in refused.keys() - {"400"}:
                wanted = {"text/plain": {"schema": {"type": "string"}}} if refused[status] else None
                assert answers[status].get("content") == wanted
