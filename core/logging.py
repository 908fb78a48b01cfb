"""Logs with context (request, client, user, workspace, job, platform, video) and without secrets."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from core import outages

_context: ContextVar[dict[str, str] | None] = ContextVar("log_context", default=None)

_SECRET = re.compile(
    r"(?i)(authorization|access_token|refresh_token|client_secret|code_verifier|api[-_]key|password|secret|sessionid|"
    r"csrftoken|signature|token)([\"']?\s*[=:]\s*[\"']?)(bearer\s+)?([^\s\"'&,;}{)]+)"
)
# Addresses that are permissions: files, links of mails, invitations, calendars. The part that opens something goes.
_ADDRESS = re.compile(
    r"(/m/in/[0-9a-fA-F-]{36}/|/m/(?!in/)|/account/(?:password/reset|verify-email|email|invite)/|/invitations/|"
    r"/calendar/(?=[^/\s?]+\.ics))[^/\s\"'?#<>]+"
)
_QUERY = re.compile(r"([?&](?:code|state)=)[^&\s\"'<>]+")
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*")
_BEARER = re.compile(r"(?i)\b(bearer|oauth)\s+[A-Za-z0-9._~+/=-]{8,}")


def redact(text: str) -> str:
    """The text with the values of anything that looks like a credential replaced."""
    text = _BEARER.sub(r"\1 [redacted]", _SECRET.sub(r"\1\2[redacted]", text))
    return _JWT.sub("[redacted]", _QUERY.sub(r"\1[redacted]", _ADDRESS.sub(r"\1[redacted]", text)))


@contextmanager
def context(**values: object) -> Iterator[None]:
    """Add fields to every log line written inside the block."""
    token = _context.set({**(_context.get() or {}), **{key: str(value) for key, value in values.items() if value}})
    try:
        yield
    finally:
        _context.reset(token)


class RedactFilter(logging.Filter):
    """Last wall: no record leaves with a credential in its message."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        return True


class OutageFilter(logging.Filter):
    """One line for each request that an outage refused: its trace would say the same every time."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and outages.of(record.exc_info[1]) is not None:
            record.exc_info = record.exc_text = None
        return True


class _RedactedTraceback(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return redact(super().formatException(ei))


class JsonFormatter(_RedactedTraceback):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **(_context.get() or {}),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class PlainFormatter(_RedactedTraceback):
    """A line for a person at a terminal, with the context behind it."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        fields = " ".join(f"{key}={value}" for key, value in (_context.get() or {}).items())
        return f"{line}  [{fields}]" if fields else line
