"""What PostgreSQL ends in favour of another transaction is done again: whoever asked for it hears that it was done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest

from tests.faults.held import KEY, LIBRARY, held, until_somebody_waits
from tests.faults.load import OK
from tests.faults.service import Service, serving
from tests.postgres import NAME


@pytest.fixture
def alone():
    """A thread that asks while the test holds what the call waits for."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


def gave_way(service: Service) -> list[str]:
    return [line["event"].partition(": ")[2] for line in service.server.lines("libraries.db.retries")]


def test_a_deadlocks_victim_is_tried_again(tmp_path, cluster, on_postgres, alone):
    done: list[str] = []
    with serving(tmp_path, on_postgres, WEB_WORKERS="1") as service:
        assert service.share("carol", 1)[0] == OK  # the key's first use is written down, which would wait before
        while not gave_way(service):
            done.append(f"deadlock-{len(done)}")
            with held(cluster, KEY) as other:
                call = alone.submit(service.share, "carol", 2, done[-1])
                until_somebody_waits(cluster)
                with suppress(psycopg.errors.DeadlockDetected):  # when PostgreSQL has chosen the other one
                    other.execute(LIBRARY)
            assert call.result()[0] == OK
        assert gave_way(service) == ["deadlock detected"]
    on_postgres.agrees(done)


def test_what_could_not_be_serialized_is_tried_again(tmp_path, cluster, on_postgres, alone):
    """Where the operator has PostgreSQL keep one snapshot for each transaction."""
    with cluster.connected(autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {NAME} SET default_transaction_isolation = 'repeatable read'")
        try:
            with serving(tmp_path, on_postgres, WEB_WORKERS="1") as service:
                assert service.share("carol", 1)[0] == OK
                with held(cluster, LIBRARY) as other:
                    call = alone.submit(service.share, "carol", 2, "serialized")
                    until_somebody_waits(cluster)
                    other.execute("UPDATE libraries_library SET name = name WHERE natural_id = 'handbook'")
                    other.commit()
                assert call.result()[0] == OK
                assert gave_way(service) == ["could not serialize access due to concurrent update"]
        finally:
            operator.execute(f"ALTER DATABASE {NAME} RESET default_transaction_isolation")
    on_postgres.agrees(["serialized"])
