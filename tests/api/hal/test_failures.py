"""What goes wrong on this side: a lost database is 503 and passes, anything else is 500 and tells nothing."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404
from rest_framework.exceptions import ValidationError

from libraries import errors
from libraries.api.hal.errors import FIELDS, STATUSES
from tests.api.hal.calls import CALLS, HANDBOOK, SHARES, snapshot
from tests.api.hal.documents import problem

LOST = "The database cannot be reached. Try again soon."
SECRET = "host=10.0.0.7 user=sharing password=hunter2"


@pytest.fixture(params=list(CALLS.values()), ids=list(CALLS))
def call(request):
    return request.param


def fail_with(monkeypatch, error: Exception, where: str = "libraries.api.authentication.find_api_key") -> None:
    def failing(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(where, failing)


@pytest.mark.parametrize("error", [OperationalError(SECRET), InterfaceError(SECRET)], ids=["operational", "interface"])
def test_a_lost_database_is_503_in_the_dialects_words(client_for, call, monkeypatch, error):
    client = client_for("alice")
    fail_with(monkeypatch, error)
    answer = client.send(call.method, call.path, call.body)
    assert (answer.status_code, answer.json()) == (503, problem(503, LOST, call.path))
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert answer.headers["X-Request-ID"]


@pytest.mark.parametrize("where", ["libraries.api.views.get_library_for", "libraries.sharing.share.write_share"])
def test_it_may_be_lost_at_any_moment_and_nothing_stays_half_done(client_for, monkeypatch, where):
    client = client_for("alice")
    before = snapshot()
    with monkeypatch.context() as patch:
        fail_with(patch, OperationalError(SECRET), where)
        answer = client.put(f"{SHARES}/frank", {"accessLevel": 1})
        assert (answer.status_code, answer.json()) == (503, problem(503, LOST, f"{SHARES}/frank"))
    assert snapshot() == before
    assert client.put(f"{SHARES}/frank", {"accessLevel": 1}).status_code == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server whose connections could break")
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_503_once(client_for):
    client = client_for("alice")
    assert client.get("/api/me").status_code == 200
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    lost = client.get("/api/me")
    assert (lost.status_code, lost.json()) == (503, problem(503, LOST, "/api/me"))
    connection.close()  # as the server does when a request is over
    assert client.get("/api/me").status_code == 200


@pytest.mark.parametrize("error", [RuntimeError(SECRET), KeyError(SECRET), RecursionError(SECRET)], ids=repr)
def test_an_accident_is_500_and_tells_nothing(client_for, call, monkeypatch, caplog, error):
    client = client_for("alice")
    fail_with(monkeypatch, error)
    with caplog.at_level(logging.ERROR):
        answer = client.send(call.method, call.path, call.body)
    detail = "An error occurred on the server. Quote the request id when you report it."
    assert (answer.status_code, answer.json()) == (500, problem(500, detail, call.path))
    assert answer.headers["X-Request-ID"]
    assert SECRET in caplog.text


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [
        (Http404(SECRET), 404, "There is nothing here."),
        (PermissionDenied(SECRET), 403, "Not allowed."),
        (SuspiciousOperation(SECRET), 400, "The request cannot be read."),
    ],
    ids=["missing", "forbidden", "suspicious"],
)
def test_what_the_framework_refuses_is_told_in_our_words(client_for, monkeypatch, error, status, detail):
    client = client_for("alice")
    fail_with(monkeypatch, error, "libraries.api.views.get_library_for")
    answer = client.get(HANDBOOK)
    assert (answer.status_code, answer.json()) == (status, problem(status, detail, HANDBOOK))


def test_every_refusal_of_the_core_has_a_status_and_a_field():
    refusals = {error for error in vars(errors).values() if isinstance(error, type)} - {errors.SharingError}
    refusals = {error for error in refusals if issubclass(error, errors.SharingError)}
    assert refusals <= STATUSES.keys()
    assert {error for error, status in STATUSES.items() if status == 422} - {ValidationError} == FIELDS.keys()
