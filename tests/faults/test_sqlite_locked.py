"""Another process holds SQLite's lock: who only asks is answered, who would change something hears when to come back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.faults.load import AWAY, OK
from tests.faults.service import Database, serving


def test_a_change_is_503_while_it_is_held_and_done_when_it_is_not(tmp_path, on_sqlite):
    impatient = Database(f"{on_sqlite.url}?timeout=1", on_sqlite.keys)
    with serving(tmp_path, impatient) as service:
        assert service.share("carol", 1, "before")[0] == OK
        with closing(sqlite3.connect(on_sqlite.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            status, headers = service.share("carol", 2, "locked out")
            assert (status, headers["Retry-After"]) == (AWAY, "1")
            assert service.may_read()[:2] == (OK, True)
            other.execute("ROLLBACK")
        assert service.share("carol", 2, "after")[0] == OK
    assert on_sqlite.agrees(["before", "after"]) & {"locked out"} == set()
