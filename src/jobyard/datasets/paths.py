"""How a sample's path is written for people. Inside the house a path is bytes, compared byte by byte."""

from __future__ import annotations

PATH_LIMIT = 2_048
"""Bytes of the longest path a sample may have; what PostgreSQL can keep in an index decides."""


def shown(path: bytes, limit: int | None = None) -> str:
    r"""Return the path as one line of plain text from which the bytes can be told.

    Printable characters stand for themselves, a backslash is doubled, bytes that are no UTF-8 become `\xff`, and what
    would break a line or turn the reading direction becomes `\u202e`. With `limit`, only the last characters are kept.
    """
    text = path.decode("utf-8", "surrogateescape")
    if "\\" in text or not text.isprintable():
        text = "".join(map(_written, text))
    if limit is None or len(text) <= limit:
        return text
    return "…" + text[-limit + 1 :]


def _written(character: str) -> str:
    code = ord(character)
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
