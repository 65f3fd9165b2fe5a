"""Log lines are JSON, name the request, and never hold a key or a query string."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
import structlog
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import RequestFactory
from gunicorn.config import Config
from gunicorn.glogging import Logger

from sharing_project import gunicorn as server
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


def test_the_access_log_holds_neither_the_query_nor_a_header():
    config = Config()
    config.set("access_log_format", server.access_log_format)
    request = SimpleNamespace(headers=[("AUTHORIZATION", f"Bearer {KEY}"), ("REFERER", f"/?token={KEY}")])
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/api/me?token={KEY}",
        "PATH_INFO": "/api/me",
        "QUERY_STRING": f"token={KEY}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "10.0.0.7",
        "HTTP_AUTHORIZATION": f"Bearer {KEY}",
        "HTTP_REFERER": f"/?token={KEY}",
        "HTTP_USER_AGENT": "curl",
    }
    response = SimpleNamespace(status="200 OK", sent=17, headers=[])

    logger = Logger(config)
    atoms = logger.atoms_wrapper_class(logger.atoms(response, request, environ, timedelta(milliseconds=5)))

    assert server.access_log_format % atoms == "10.0.0.7 GET /api/me 200 17 5000"


def test_the_server_logs_as_the_application_does():
    loggers = server.logconfig_dict["loggers"]
    for name in ("gunicorn.access", "gunicorn.error"):
        assert loggers[name]["handlers"] == []
        assert loggers[name]["propagate"] is True
    assert server.logconfig_dict["root"]["handlers"] == ["json"]


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
    """Its handler writes whole request lines; `make run` serves with gunicorn, whose format has the path alone."""
    handler = WSGIRequestHandler.__new__(WSGIRequestHandler)
    handler.request = RequestFactory().get("/v1/datasets/x?token=secret")

    with caplog.at_level(logging.INFO):
        handler.log_message('"%s" %s %s', "GET /v1/datasets/x?token=secret HTTP/1.1", str(status), "12")

    assert caplog.messages == [f'"GET /v1/datasets/x HTTP/1.1" {status} 12']
