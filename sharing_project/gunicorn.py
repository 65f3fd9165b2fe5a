"""The web server's settings: `python -m gunicorn --config python:sharing_project.gunicorn sharing_project.wsgi`."""

import atexit
import os
import shutil
import signal
import tempfile
from typing import Any

import structlog
from environs import Env
from gunicorn.errors import AppImportError

from sharing_project.logs import logging_config

env = Env()

bind = f"{env.str('HOST', '') or '127.0.0.1'}:{env.int('PORT', 8000)}"
worker_class = "gthread"
workers = env.int("WEB_WORKERS", 2)
threads = env.int("WEB_THREADS", 8)
timeout = 30
graceful_timeout = 30
keepalive = 5
# Each worker opens its own database connections, after the fork.
preload_app = False
control_socket_disable = True

# The path without the query string, and no header: neither may carry a key into the log.
accesslog = "-"
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(b)s %(D)s"
logconfig_dict = logging_config(level=env.str("LOG_LEVEL", "INFO").upper(), stream=env.str("LOG_STREAM", "stdout"))


def _remove_metrics(master: int, folder: str) -> None:
    """Workers inherit this duty by the fork; only the master may carry it out."""
    if os.getpid() == master:
        shutil.rmtree(folder, ignore_errors=True)


if env.bool("METRICS_ENABLED", False):
    # Workers count into files of one folder, so that any of them can answer for all.
    _folder = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="sharing-metrics-"))
    atexit.register(_remove_metrics, os.getpid(), _folder)


def post_worker_init(worker: Any) -> None:
    """Ctrl-C reaches every process: only the master acts on it. A worker told twice to stop can hang in its locks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if worker.age == 1:
        _refuse_a_former_database()


def _refuse_a_former_database() -> None:
    """End the server with a sentence. A database that cannot be reached is no reason: it may come back.

    One worker asks for all: where two give up at once, gunicorn buries the sentence under a traceback of its own.
    """
    from django.db import DEFAULT_DB_ALIAS, Error, connection

    from libraries.db.former import reason_to_refuse

    try:
        reason = reason_to_refuse(DEFAULT_DB_ALIAS)
    except Error:
        return
    finally:
        connection.close()
    if reason:
        raise AppImportError(reason)


def post_request(_worker: Any, _request: Any, _environ: Any, _response: Any) -> None:
    """The access log line is written: the thread's next line belongs to another request."""
    structlog.contextvars.clear_contextvars()


def child_exit(_server: Any, worker: Any) -> None:
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
