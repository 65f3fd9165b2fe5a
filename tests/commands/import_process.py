"""An import in a process of its own.

It comes from a server that has no threads and no connections. Forked from the tests' own process, it would now and then
find a lock held for ever by a thread that it does not have, or go on with a connection that its parent has.
"""

from __future__ import annotations

import multiprocessing
from io import StringIO
from multiprocessing.process import BaseProcess
from pathlib import Path
from traceback import format_exc

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection

if not apps.ready:  # as in the new process
    django.setup()

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([__name__])


def import_file(path: Path, batch_size: int) -> None:
    arguments = ("--resume", "--batch-size", str(batch_size))
    call_command("import_shares", str(path), *arguments, stdout=StringIO(), stderr=StringIO())


def begin(path: Path, batch_size: int) -> BaseProcess:
    """Another process begins to import the file into the same database."""
    process = _SERVER.Process(
        target=_import_alone, args=(path, batch_size, connection.settings_dict["NAME"]), daemon=True
    )
    process.start()
    return process


def failure(path: Path) -> str:
    """What the process that imported the file failed with."""
    told = _told(path)
    return told.read_text() if told.exists() else ""


def _import_alone(path: Path, batch_size: int, database: str) -> None:
    connection.settings_dict["NAME"] = database
    try:
        import_file(path, batch_size)
    except Exception:
        _told(path).write_text(format_exc())
        raise


def _told(path: Path) -> Path:
    return path.with_name(f"{path.name}.failure")
