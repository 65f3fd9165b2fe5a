import logging
import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sharing_project.private_files import make_private

logger = logging.getLogger(__name__)


def read_or_create_secret_key(path: Path) -> str:
    """The key kept in `path`, made on first use, so that sessions outlive a restart."""
    try:
        return _read(path) or _create(path)
    except OSError as error:
        raise ImproperlyConfigured(f"Set SECRET_KEY: no key can be kept in {path} ({error.strerror}).") from error


def _read(path: Path) -> str:
    """Raises ImproperlyConfigured where another user, who is not root, has written it."""
    try:
        owner = path.stat().st_uid
    except FileNotFoundError:
        return ""
    if os.geteuid() not in (0, owner) and owner != 0:
        raise ImproperlyConfigured(f"Set SECRET_KEY, or let {path} belong to who runs this: another user wrote it.")
    if make_private(path):
        logger.warning("Others on this machine could read %s. That was mended; a new key is better: remove it.", path)
    return path.read_text().strip()


def _create(path: Path) -> str:
    """Written elsewhere and then linked, so that processes starting together agree on one key."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50) + "\n")
        try:
            os.link(temporary, path)
        except FileExistsError:
            if not _read(path):
                os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return _read(path)
