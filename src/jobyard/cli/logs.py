"""How processes of the house log: one line an entry on standard error, for people or as JSON.

Every entry carries the request and the job it belongs to. Whatever came from outside is spelled out, so that no text
can begin a line of its own, paint the terminal, or be longer than a line should be.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec
import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter

from jobyard.cli.escape import json_safe, visible

LONGEST = 2_000
"""Characters of one text in an entry; the rest is left out."""
_CHATTY = ("httpx2", "httpcore2", "uvicorn")

Fields = MutableMapping[str, Any]


def configure(form: str, level: str = "info") -> None:
    """Send what is logged, from `level` up, to standard error, in the form `console` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else ConsoleLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)


class ConsoleLines(ProcessorFormatter):
    """Time, level, sentence, fields. A message cannot begin a line of its own; only a traceback may."""

    def __init__(self) -> None:
        super().__init__(processor=_console, foreign_pre_chain=_CHAIN)


class JsonLines(ProcessorFormatter):
    """One JSON object an entry: at, level, logger, message, its fields, and trace where there is one."""

    def __init__(self) -> None:
        super().__init__(processor=_json, foreign_pre_chain=_CHAIN)


def _located(logger: Any, method: str, fields: Fields) -> Fields:
    """Add where and when an entry was made."""
    record: logging.LogRecord = fields["_record"]
    return {
        "at": datetime.fromtimestamp(record.created, UTC),
        "level": record.levelname.lower(),
        "logger": record.name,
        **fields,
    }


_CHAIN = (structlog.contextvars.merge_contextvars, ExtraAdder(), _located)


def _console(logger: Any, method: str, fields: Fields) -> str:
    at: datetime = fields["at"]
    line = f"{at.astimezone().strftime('%H:%M:%S')} {fields['level']:8} {visible(_cut(fields['event']))}"
    line += "".join(f" {name}={_word(value)}" for name, value in _own(fields).items())
    trace = _trace(fields.get("exc_info"))
    return f"{line}\n{trace}" if trace else line


def _json(logger: Any, method: str, fields: Fields) -> str:
    entry = {
        "at": fields["at"].isoformat(timespec="milliseconds"),
        "level": fields["level"],
        "logger": fields["logger"],
        "message": _cut(fields["event"]),
        **{name: _cut(value) if isinstance(value, str) else value for name, value in _own(fields).items()},
    }
    trace = _trace(fields.get("exc_info"))
    if trace:
        entry["trace"] = trace
    return json_safe(msgspec.json.encode(entry, enc_hook=str).decode())


_FRAME = frozenset({"at", "level", "logger", "event", "exc_info", "stack_info", "_record", "_from_structlog"})


def _own(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the entry says beside its sentence."""
    return {name: value for name, value in fields.items() if name not in _FRAME}


def _word(value: object) -> str:
    text = visible(_cut(str(value)))
    return f'"{text}"' if not text or " " in text or '"' in text else text


def _cut(text: object) -> str:
    whole = str(text)
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}... ({len(whole)} characters)"


def _trace(raised: tuple[type[BaseException], BaseException, TracebackType | None] | None) -> str:
    if not raised or raised[0] is None:
        return ""
    lines = logging.Formatter().formatException(raised).splitlines()
    return "\n".join(visible(line) for line in lines)
