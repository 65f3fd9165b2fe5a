"""Every log line is one JSON object: our own, Django's and the web server's."""

import logging
import re
from typing import Any

import structlog

from libraries.identifiers import without_keys

_SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def hide_keys(logger: Any, method: str, line: dict[str, Any]) -> dict[str, Any]:
    """Wherever a key got into a line: an exception's message, a path, a header that is quoted."""
    return {name: without_keys(value) if isinstance(value, str) else value for name, value in line.items()}


class WithoutQuery(logging.Filter):
    """The development server logs whole request lines, and a query string may carry a key."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"\?\S*", "", record.getMessage()), None
        return True


def logging_config(*, level: str, stream: str) -> dict[str, Any]:
    """The standard library's logging configuration; `stream` is `stdout` or `stderr`."""
    to_root: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED_PROCESSORS,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    # A traceback as plain text: no local variables, which may hold keys.
                    structlog.processors.format_exc_info,
                    hide_keys,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "filters": {"without_query": {"()": WithoutQuery}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json", "stream": f"ext://sys.{stream}"}},
        "root": {"handlers": ["json"], "level": level},
        "loggers": {
            "django": to_root,
            "django.server": {**to_root, "level": "INFO", "filters": ["without_query"]},
            # A 4xx is the caller's business and already in the access log.
            "django.request": {**to_root, "level": "ERROR"},
            # An outage is reported once, by the request that met it.
            "psycopg.pool": {**to_root, "level": "ERROR"},
            "sharing_project.access_log": {**to_root, "level": "INFO"},
            "_granian": {**to_root, "level": "INFO"},
        },
    }


def configure_structlog() -> None:
    """Hand `structlog.get_logger()` lines over to the standard library's logging."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED_PROCESSORS,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
