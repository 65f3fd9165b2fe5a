"""The web server: `python -m sharing_project.server` serves until it is told to stop, and prepares nothing."""

import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from environs import Env
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from sharing_project.access_log import with_access_log
from sharing_project.logs import logging_config
from sharing_project.private_files import create_private_files, tell_what_was_open
from sharing_project.proxies import networks_of, with_proxies
from sharing_project.receiving import Server, with_threads

env = Env()

HOST = env.str("HOST", "") or "127.0.0.1"
PORT = env.int("PORT", 8000)
WORKERS = env.int("WEB_WORKERS", 2)
THREADS = env.int("WEB_THREADS", 8)
HEAD_WITHIN = env.float("HEAD_TIMEOUT_SECONDS", 10)  # for a request's first lines to arrive in
METRICS_ENABLED = env.bool("METRICS_ENABLED", False)
LOG = logging_config(level=env.str("LOG_LEVEL", "INFO").upper(), stream=env.str("LOG_STREAM", "stdout"))

CONNECTIONS = 512
"""For each worker. One that is still sending its request takes no thread, but up to MAX_BODY_BYTES of memory."""

LOGIN = "/admin/login/"
"""Where passwords are hashed for whoever asks: not by the threads that answer everything else."""

STOP_WITHIN = 30
"""Seconds for requests to end in when the server is stopped."""


def main() -> None:
    """Serve. Ends with a sentence where the address is taken, a setting is wrong, or the database is of another
    beginning."""
    create_private_files()
    address = _address()
    _refuse_a_former_database()
    with _metrics():
        server = Granian(
            "sharing_project.wsgi",
            address=address,
            port=PORT,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=int(HEAD_WITHIN * 1000)),
            websockets=False,
            workers=WORKERS,
            backpressure=CONNECTIONS,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_WITHIN,
            log_dictconfig=LOG,
        )
        server.serve(target_loader=load_application, wrap_loader=False)


def load_application() -> Server:
    """The application as a worker serves it: loaded after the fork, so each has database connections of its own."""
    threading.Thread(target=_stop_with_the_parent, daemon=True).start()
    from django.conf import settings

    from sharing_project.body_limits import longest_body
    from sharing_project.wsgi import application

    logged = with_proxies(with_access_log(application), networks_of(settings.TRUSTED_PROXIES))
    return with_threads(
        logged, THREADS, longest=longest_body, within=settings.BODY_TIMEOUT_SECONDS, apart=frozenset({LOGIN})
    )


def _stop_with_the_parent() -> None:
    """A worker whose parent was killed would go on serving, and nobody could stop it by the parent's id."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _address() -> str:
    """HOST as a number. Workers share the port, so another server there would share it too, unless it is looked for."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(HOST.strip("[]"), PORT, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
    except OSError as error:
        sys.exit(f"Nothing can be served on {HOST}:{PORT}: {error.strerror}.")
    return str(place[0])


def _refuse_a_former_database() -> None:
    """Ask in a process of its own: what Django opens and starts is better not there when workers are forked."""
    asking = multiprocessing.Process(target=ask_for_a_former_database)
    asking.start()
    asking.join()
    if asking.exitcode:
        sys.exit(asking.exitcode)


def ask_for_a_former_database() -> None:
    """End with a sentence. A database that cannot be reached is no reason: it may come back."""
    from django.db import DEFAULT_DB_ALIAS, Error, connection

    import sharing_project.wsgi  # noqa: F401 (sets Django up)
    from libraries.db.former import reason_to_refuse
    from sharing_project.checks import check_settings

    if wrong := check_settings():
        sys.exit("\n".join(f"{each.msg} {each.hint}" for each in wrong))
    tell_what_was_open()
    try:
        reason = reason_to_refuse(DEFAULT_DB_ALIAS)
    except Error:
        return
    finally:
        connection.close()
    if reason:
        sys.exit(reason)


@contextmanager
def _metrics() -> Iterator[None]:
    """Workers count into files of one folder, so that any of them can answer for all."""
    if not METRICS_ENABLED:
        yield
        return
    folder = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="sharing-metrics-"))
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
