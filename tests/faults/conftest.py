from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.faults.service import Database, prepared
from tests.postgres import Cluster, running_cluster
from tests.proofs import is_proving

CONNECTIONS = 40
"""That the server takes: more than the threads that serve, and few enough to take them all away."""


@pytest.fixture(scope="session")
def with_postgres() -> None:
    """A PostgreSQL of their own is theirs whichever database the other tests have: once is enough."""
    if connection.vendor != "postgresql" and not is_proving():
        pytest.skip("runs along with the tests on PostgreSQL, and in `make prove`")


@pytest.fixture(scope="session")
def cluster(with_postgres: None) -> Iterator[Cluster]:
    with running_cluster(max_connections=str(CONNECTIONS)) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def on_postgres(cluster: Cluster) -> Database:
    return prepared(cluster.url)


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return prepared(f"sqlite:///{tmp_path_factory.mktemp('database') / 'served.sqlite3'}")
