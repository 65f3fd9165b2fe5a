"""/healthz and /readyz"""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

NO_DATABASE = {"status": "unavailable", "reason": "The database cannot be reached."}


@pytest.fixture
def lost_database(monkeypatch):
    def failing(*arguments, **options):
        raise OperationalError("host=10.0.0.7 user=sharing")

    monkeypatch.setattr(connection, "cursor", failing)


def test_the_process_is_healthy_without_asking_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_an_outage_of_the_database_is_no_reason_to_restart_the_process(client, lost_database):
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_it_is_ready_when_the_database_is(client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_not_ready_without_a_database_and_says_no_more(client, lost_database):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, NO_DATABASE)
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.django_db
def test_it_is_not_ready_before_every_migration_is_applied(client):
    [latest] = MigrationLoader(connection).graph.leaf_nodes("libraries")
    MigrationRecorder(connection).record_unapplied(*latest)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "reason": "Migrations that are not applied: 1. Run `python manage.py migrate`.",
    }


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_it_only_reads_and_is_never_kept(client, path):
    assert client.head(path).status_code == 200
    assert "no-store" in client.get(path).headers["Cache-Control"]
    refused = client.post(path)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.django_db
def test_it_asks_for_no_key_and_takes_no_notice_of_one(client, path):
    assert client.get(path, headers={"Authorization": "Bearer garbage"}).status_code == 200


@pytest.mark.django_db
def test_a_probe_calls_it_by_any_name(client):
    def statuses(host):
        return [client.get(path, headers={"Host": host}).status_code for path in ("/healthz", "/readyz", "/problems/")]

    assert statuses("localhost") == [200, 200, 200]
    for host in ("10.0.0.7:8000", "sharing-7f9c", "no.such.example", "_", "[::1", ""):
        assert statuses(host) == [200, 200, 400], host
