"""What the portal says of itself: one JSON line for each request and each trouble, on standard error, without names."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger


def configure(level: str) -> None:
    structlog.configure(
        processors=[
            _once_a_request,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.__stderr__),
        cache_logger_on_first_use=True,
    )


def _once_a_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The line at the end of a request says all that the one at its beginning does."""
    if event["event"] == "request_started":
        raise structlog.DropEvent
    return event
