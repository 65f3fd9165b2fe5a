"""Files that nobody else on the machine may read: the SQLite database, which holds hashes and sessions, and what is beside
it."""

import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)

BESIDE = ("", "-wal", "-shm", "-journal")
_OTHERS = 0o077


def create_private_files() -> None:
    """Let whatever this process creates from now on be its user's alone."""
    os.umask(_OTHERS)


def make_private(path: Path) -> bool:
    """Take the file away from everybody but its owner; returns whether others could read or write it. Raises OSError."""
    mode = path.stat().st_mode
    if not mode & _OTHERS:
        return False
    path.chmod(mode & 0o700)
    return True


def make_database_private(name: str) -> list[str]:
    """The same for an SQLite database and its journals; returns the files that others could reach."""
    files = [Path(f"{name}{ending}") for ending in BESIDE]
    return [str(file) for file in files if file.is_file() and make_private(file)]


def tell_what_was_open() -> None:
    """Before serving or preparing: take an SQLite database away from others, and log which of its files they could
    reach, or that it cannot be done."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    try:
        opened = make_database_private(str(connection.settings_dict["NAME"]))
    except OSError as error:
        logger.warning("Others on this machine can read the database: %s. Let it belong to who runs this.", error)
        return
    if opened:
        logger.warning("Others on this machine could read %s. That was mended.", ", ".join(opened))
