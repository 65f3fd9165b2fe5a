"""Log lines are JSON, name the request, and never hold a key or a query string."""

from __future__ import annotations

import json
import logging
import re

import pytest
import structlog
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import RequestFactory

from sharing_project import server
from sharing_project.access_log import with_access_log
from sharing_project.logs import logging_config

KEY = "shr_topsecret"


@pytest.fixture
def as_written():
    """What a record looks like in the log."""
    declared = logging_config(level="INFO", stream="stdout")["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=declared["foreign_pre_chain"], processors=declared["processors"]
    )
    return lambda record: json.loads(formatter.format(record))


def test_the_access_log_holds_neither_the_query_nor_a_header(caplog):
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/api/me",
        "QUERY_STRING": f"token={KEY}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "10.0.0.7",
        "HTTP_AUTHORIZATION": f"Bearer {KEY}",
        "HTTP_REFERER": f"/?token={KEY}",
        "HTTP_USER_AGENT": "curl",
    }

    def answering(environ, start_response):
        start_response("200 OK", [("Content-Length", "17")])
        return [b"{}"]

    with caplog.at_level(logging.INFO):
        with_access_log(answering)(environ, lambda *arguments: None)

    [line] = caplog.messages
    assert re.sub(r"\d+$", "MICROSECONDS", line) == "10.0.0.7 GET /api/me 200 17 MICROSECONDS"


def test_an_accident_of_the_server_is_in_the_access_log_too(caplog):
    def failing(environ, start_response):
        raise RuntimeError

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "REMOTE_ADDR": "10.0.0.7"}
    with caplog.at_level(logging.INFO), pytest.raises(RuntimeError):
        with_access_log(failing)(environ, lambda *arguments: None)
    assert caplog.messages[0].startswith("10.0.0.7 GET / 500 - ")


def test_nothing_of_a_request_is_left_for_the_threads_next_line():
    def binding(environ, start_response):
        structlog.contextvars.bind_contextvars(request_id="mine")
        return []

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "REMOTE_ADDR": "10.0.0.7"}
    with_access_log(binding)(environ, lambda *arguments: None)
    assert structlog.contextvars.get_contextvars() == {}


def test_the_server_logs_as_the_application_does():
    loggers = server.LOG["loggers"]
    for name in ("sharing_project.access_log", "_granian"):
        assert loggers[name]["handlers"] == []
        assert loggers[name]["propagate"] is True
    assert server.LOG["root"]["handlers"] == ["json"]


def test_an_accident_is_told_with_its_request_and_without_the_key(client_for, key_for, monkeypatch, caplog, as_written):
    def failing(secret: str) -> None:
        raise RuntimeError("what happened")

    client = client_for("alice")
    monkeypatch.setattr("libraries.api.authentication.find_api_key", failing)
    with caplog.at_level(logging.ERROR):
        client.get(f"/api/libraries?q={KEY}", X_Request_ID="mine")

    secret = client.headers["Authorization"].removeprefix("Bearer ")
    lines = [as_written(record) for record in caplog.records]
    [accident] = [line for line in lines if line["event"] == "unexpected error"]
    assert (accident["level"], accident["request_id"]) == ("error", "mine")
    assert "RuntimeError: what happened" in accident["exception"]
    for line in lines:
        assert secret not in json.dumps(line)
        assert KEY not in json.dumps(line)


@pytest.mark.parametrize("status", [200, 404, 500])
def test_the_development_server_logs_no_query_string(caplog, status):
    """Its handler writes whole request lines; `make run` serves with another, whose log has the path alone."""
    handler = WSGIRequestHandler.__new__(WSGIRequestHandler)
    handler.request = RequestFactory().get("/v1/datasets/x?token=secret")

    with caplog.at_level(logging.INFO):
        handler.log_message('"%s" %s %s', "GET /v1/datasets/x?token=secret HTTP/1.1", str(status), "12")

    assert caplog.messages == [f'"GET /v1/datasets/x HTTP/1.1" {status} 12']
