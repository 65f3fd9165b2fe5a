import os
import secrets
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def read_or_create_secret_key(path: Path) -> str:
    """The key kept in `path`, made on first use, so that sessions outlive a restart."""
    try:
        return _read(path) or _create(path)
    except OSError as error:
        raise ImproperlyConfigured(f"Set SECRET_KEY: no key can be kept in {path} ({error.strerror}).") from error


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""


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
