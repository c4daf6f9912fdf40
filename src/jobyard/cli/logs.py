"""How processes of the house log: one line an entry on standard error, for people or as JSON.

Every entry carries the request and the job it belongs to. Whatever came from outside is spelled out, so that no text
can begin a line of its own, paint the terminal, or be longer than a line should be.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from jobyard.cli.escape import json_safe, visible
from jobyard.web.passing import REQUEST

LONGEST = 2_000
"""Characters of one text in an entry; the rest is left out."""
_CHATTY = ("httpx2", "httpcore2", "uvicorn")
_FRAME = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "at", "level", "logger"}
"""What an entry says by itself; everything else is a field of its own."""


def configure(form: str, level: str = "info") -> None:
    """Send what is logged, from `level` up, to standard error, in the form `console` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else ConsoleLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


class ConsoleLines(logging.Formatter):
    """Time, level, sentence, fields. A message cannot begin a line of its own; only a traceback may."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as text."""
        at, level = _at(record).astimezone().strftime("%H:%M:%S"), record.levelname.lower()
        line = f"{at} {level:8} {visible(_cut(record.getMessage()))}"
        line += "".join(f" {name}={_word(value)}" for name, value in _fields(record).items())
        trace = _trace(record)
        return f"{line}\n{trace}" if trace else line


class JsonLines(logging.Formatter):
    """One JSON object an entry: at, level, logger, message, its fields, and trace where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the entry as a line."""
        entry = {
            "at": _at(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _cut(record.getMessage()),
            **{name: _cut(value) if isinstance(value, str) else value for name, value in _fields(record).items()},
        }
        trace = _trace(record)
        if trace:
            entry["trace"] = trace
        return json_safe(msgspec.json.encode(entry, enc_hook=str).decode())


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    """Return what the entry says beside its sentence, and first the request it was made in."""
    request = REQUEST.get()
    told = {"request": request} if request else {}
    return told | {name: value for name, value in vars(record).items() if name not in _FRAME}


def _word(value: object) -> str:
    text = visible(_cut(str(value)))
    return f'"{text}"' if not text or " " in text or '"' in text else text


def _cut(text: object) -> str:
    whole = str(text)
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}... ({len(whole)} characters)"


def _trace(record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    lines = logging.Formatter().formatException(record.exc_info).splitlines()
    return "\n".join(visible(line) for line in lines)
