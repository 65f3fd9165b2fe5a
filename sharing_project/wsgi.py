import gc
import os
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from sharing_project.access_log import Application
from sharing_project.body_limits import longest_body

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharing_project.settings")


def with_chunked_bodies(wrapped: Application) -> Application:
    """Django reads as many bytes as Content-Length says, so none of a body in chunks, which comes without it."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked" and not environ.get("CONTENT_LENGTH"):
            most = longest_body(environ["PATH_INFO"])
            body = environ["wsgi.input"].read(most + 1)  # one more: its reader refuses it as too long
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return wrapped(environ, start_response)

    return application


def with_text_encodings(wrapped: Application) -> Application:
    """Django reads forms and queries by a `charset` that Python knows, and fails where that is one of no letters, such as
    `rot13`: it hears of none instead."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind, _, parameters = environ.get("CONTENT_TYPE", "").partition(";")
        if parameters and not _is_of_letters(parse_header_parameters(f";{parameters}")[1].get("charset", "utf-8")):
            environ["CONTENT_TYPE"] = re.sub(r"(?i)charset\s*=", "charset=x-", f"{kind};{parameters}")
        return wrapped(environ, start_response)

    return application


def _is_of_letters(encoding: str) -> bool:
    try:
        return isinstance(b"a".decode(encoding), str)
    except (LookupError, ValueError, AssertionError):
        return False


def leave_out_of_collections() -> None:
    """Keep the collector from walking all that is loaded, which stays, each time a request makes many objects.

    A batch of a thousand decisions takes twice the time otherwise.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


application = with_text_encodings(with_chunked_bodies(get_wsgi_application()))
leave_out_of_collections()
