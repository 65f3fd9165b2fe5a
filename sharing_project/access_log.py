import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

import structlog

logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_access_log(wrapped: Application) -> Application:
    """Log each request: address, method, path, status, bytes, microseconds. The path is without the query string, and
    no header is told: neither may carry a key into the log."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start, told = perf_counter(), {"status": "500", "length": "-"}

        def noting(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told.update(status=status[:3], length=dict(headers).get("Content-Length", "-"))
            return start_response(status, headers)

        try:
            return wrapped(environ, noting)
        finally:
            request = (environ["REMOTE_ADDR"], environ["REQUEST_METHOD"], environ["PATH_INFO"])
            logger.info("%s %s %s %s %s %d", *request, *told.values(), (perf_counter() - start) * 1_000_000)
            # The thread's next line belongs to another request.
            structlog.contextvars.clear_contextvars()

    return application
