"""The web server as `make serve` starts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing

import pytest

from tests.servers import ROOT, Server, running

HELD = 60
HALF_A_HEAD = b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Ty"
HALF_A_BODY = (
    b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken=x\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nusername="
)
HALF_IN_CHUNKS = (
    b"POST /access/v1/evaluation HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"sub\r\n'
)
HALVES = pytest.mark.parametrize(
    "half", [HALF_A_HEAD, HALF_A_BODY, HALF_IN_CHUNKS], ids=["heads", "bodies", "bodies in chunks"]
)
KEY = "shr_topsecret"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("served")) as server:
        yield server


def test_it_serves(server: Server):
    assert server.ask("GET", "/healthz") == (200, b'{"status": "ok"}')


def test_it_prepares_nothing(server: Server):
    status, body = server.ask("GET", "/readyz")
    assert (status, json.loads(body)["reason"][:29]) == (503, "Migrations that are not appli")
    with closing(sqlite3.connect(server.folder / "served.sqlite3")) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []


@HALVES
def test_it_answers_while_many_have_sent_no_more_than_half(server: Server, half: bytes):
    """More than there are threads: who waits for the rest has none."""
    with ExitStack() as stack:
        for _ in range(HELD):
            stack.enter_context(server.connected()).sendall(half)
        asked = [server.ask("POST", "/access/v1/evaluation", b"{}", Content_Type="application/json") for _ in range(5)]
        assert asked == [(401, b'"Authentication credentials were not provided."')] * 5


def test_who_does_not_send_the_rest_is_given_up(tmp_path):
    with running(tmp_path, HEAD_TIMEOUT_SECONDS="0.5", BODY_TIMEOUT_SECONDS="0.5") as server, ExitStack() as stack:
        held = [stack.enter_context(server.connected()) for half in (HALF_A_HEAD, HALF_A_BODY, HALF_IN_CHUNKS) * 20]
        for connection, half in zip(held, (HALF_A_HEAD, HALF_A_BODY, HALF_IN_CHUNKS) * 20, strict=True):
            connection.sendall(half)
        ends = [until_closed(connection)[:12] for connection in held]
        assert server.ask("GET", "/healthz")[0] == 200
    assert ends == [b"", b"HTTP/1.1 408", b"HTTP/1.1 408"] * 20


def until_closed(connection: socket.socket) -> bytes:
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


@pytest.mark.parametrize(
    ("path", "status"),
    [("/admin/login/", 413), ("/healthz", 413), ("/api/schema/", 413), ("/api/me", 413), ("/nowhere", 404)],
)
def test_a_body_that_is_too_long_is_let_pass_by(server: Server, path: str, status: int):
    """A hundred megabytes, without their length: nothing is kept of them, and the peer hears the answer."""
    assert server.ask("POST", path, iter([b"x" * 1_000_000] * 100))[0] == status


def test_a_body_that_is_announced_as_too_long_is_refused_at_once(server: Server):
    head = HALF_A_BODY.replace(b"Length: 100", b"Length: 100000000")
    with server.connected() as connection:
        connection.sendall(head)
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_what_comes_late_is_still_read(server: Server):
    with server.connected() as slow:
        slow.sendall(HALF_A_BODY)
        assert server.ask("GET", "/healthz")[0] == 200
        slow.sendall(b"x" * (100 - len(b"username=")))
        assert slow.recv(12) == b"HTTP/1.1 403"


def test_a_body_in_chunks_is_read_by_the_application(server: Server):
    """The login page asks for its form's token, which the body has; without the body it is not there."""
    body = iter([b"csrfmiddlewaretoken=", b"x" * 32])
    form = {"Content_Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={'x' * 32}"}
    status, _ = server.ask("POST", "/admin/login/", body, **form)
    assert status != 403


def test_it_logs_each_request_without_its_query_and_headers(tmp_path):
    with running(tmp_path) as server:
        server.ask("GET", f"/healthz?token={KEY}", Authorization=f"Bearer {KEY}", Referer=f"/?token={KEY}")
        server.ask("GET", f"/nowhere?token={KEY}", X_Request_ID="mine")
        server.stop()
        found, lacking = server.lines("sharing_project.access_log")
        assert KEY not in server.log()
    assert found["event"].rsplit(" ", 1)[0] == "127.0.0.1 GET /healthz 200 16"
    assert lacking["event"].startswith("127.0.0.1 GET /nowhere 404 ")
    assert lacking["request_id"] == "mine"


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_to(tmp_path, by):
    with running(tmp_path) as server, server.connected() as idle:
        server.ask("GET", "/healthz")
        assert server.stop(by) == 0
        assert idle.recv(1) == b""
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", server.port)):
            pass


def test_its_workers_go_with_it_when_it_is_killed(tmp_path):
    with running(tmp_path) as server, server.connected() as idle:
        server.process.kill()
        assert idle.recv(1) == b""


def test_it_does_not_share_a_port_with_another(server: Server):
    ended = subprocess.run(
        [sys.executable, "-m", "sharing_project.server"],
        cwd=ROOT,
        env={**os.environ, "HOST": "127.0.0.1", "PORT": str(server.port)},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"Nothing can be served on 127.0.0.1:{server.port}: Address already in use.\n"


def test_all_processes_answer_for_what_each_has_counted(tmp_path):
    with running(tmp_path, METRICS_ENABLED="true", WEB_WORKERS="2") as server:
        for _ in range(10):
            server.ask("GET", "/healthz")
        _, metrics = server.ask("GET", "/metrics")
    assert b'django_http_responses_total_by_status_total{status="200"} 10.0' in metrics
