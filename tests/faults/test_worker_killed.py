"""kill -9 of a worker while it changes something: it is done whole or not at all, and a new worker goes on."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.held import KEY, held, until_somebody_waits
from tests.faults.load import OK
from tests.faults.service import Service, serving


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
