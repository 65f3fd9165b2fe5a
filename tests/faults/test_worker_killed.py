"""kill -9 of a worker while it changes something: it is done whole or not at all, and a new worker goes on."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from tests.faults.held import KEY, held, until_somebody_waits
from tests.faults.load import BROKEN, OK, load_on
from tests.faults.service import Service, serving
from tests.proofs import rounds

KILLS = rounds(quick=1, proving=3)


def workers_of(service: Service) -> list[int]:
    parent = service.server.process.pid
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def test_what_it_was_in_the_midst_of_is_not_done(tmp_path, cluster, on_postgres):
    """The share and its grants are written, and the event waits."""
    with serving(tmp_path, on_postgres, WEB_WORKERS="1") as service, ThreadPoolExecutor(1) as alone:
        assert service.share("carol", 1, "before")[0] == OK
        with held(cluster, KEY):
            call = alone.submit(service.share, "carol", 2, "killed")
            until_somebody_waits(cluster)
            [worker] = workers_of(service)
            os.kill(worker, signal.SIGKILL)
            assert isinstance(call.exception(), OSError)
        assert service.share("carol", 2, "after")[0] == OK
    assert on_postgres.agrees(["before", "after"]) & {"killed"} == set()


@pytest.mark.prove
@pytest.mark.parametrize("database", ["on_postgres", "on_sqlite"])
def test_under_load_it_is_done_whole_or_not_at_all(tmp_path, request, database, figure):
    database = request.getfixturevalue(database)
    broken = 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        with serving(folder, database) as service, load_on(service) as load:
            killed = monotonic()
            os.kill(workers_of(service)[number % 2], signal.SIGKILL)
            load.until_each_has(5, killed, OK)
        assert {answer.status for answer in load.answers} <= {OK, BROKEN}
        broken += [answer.status for answer in load.answers].count(BROKEN)
        database.agrees(load.done)
    figure(f"A worker killed under load, {request.node.callspec.params['database']}", f"{KILLS} times, {broken} broken")
