"""Making foreign text safe to show: whatever a terminal would obey or hide is spelled out instead."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SHORT = 0x100
_WIDE = 0x10000


def visible(text: str) -> str:
    """Return text with every control, format, private, unassigned and line-breaking character spelled out.

    Names cannot turn the direction of writing, move the cursor, or paint themselves as something else.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(char) if unicodedata.category(char) in _UNSEEN else char for char in text)


def json_safe(text: str) -> str:
    """Return JSON in which such characters are written in ASCII; it means the same to a program."""
    if text.isascii():
        return text.replace("\x7f", "\\u007f")
    return "".join(_escaped(char) if char > "~" and unicodedata.category(char) in _UNSEEN else char for char in text)


def _spelled(char: str) -> str:
    code = ord(char)
    if code < _SHORT:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _WIDE else f"\\U{code:08x}"


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
