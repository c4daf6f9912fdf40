"""How processes of the house log: one line an entry on standard error, for people or as JSON."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import msgspec

from jobyard.cli.escape import json_safe, visible


def configure(form: str) -> None:
    """Send what is logged to standard error, in the form `console` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else ConsoleLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in ("httpx2", "httpcore2", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class ConsoleLines(logging.Formatter):
    """Time, level, sentence. A message cannot begin a line of its own; only a traceback may."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry."""
        time = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        line = f"{time} {record.levelname.lower():8} {visible(record.getMessage())}"
        return f"{line}\n{_trace(self, record)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One JSON object an entry: at, level, logger, message, and trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["trace"] = _trace(self, record)
        return json_safe(msgspec.json.encode(entry).decode())


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    if not record.exc_info:
        return ""
    return "\n".join(visible(line) for line in formatter.formatException(record.exc_info).splitlines())
