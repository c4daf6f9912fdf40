"""Patterns of people, read by RE2: no pattern takes more than a time in proportion to the text."""

from __future__ import annotations

from collections.abc import Callable

import re2

from jobyard.job.errors import Invalid

LONGEST = 4_000
_MEMORY = 8 * 1024 * 1024
_SPECIAL = frozenset("\\^$.|?*+()[]{}")

Found = Callable[[str], bool]


class BadPattern(Invalid):
    """Malformed regular expression: err={error}"""


def pattern(text: str, *, folded: bool = False) -> Found:
    """Return whether a pattern is found anywhere in a text; `folded` whatever its case. Raises BadPattern."""
    if len(text) > LONGEST:
        raise BadPattern(error=f"longer than {LONGEST} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.case_sensitive = not folded
    try:
        compiled = re2.compile(_readable(text), options)
    except (re2.error, UnicodeEncodeError) as error:
        raise BadPattern(error=str(error)) from None
    return lambda value: compiled.search(value) is not None


def literal(text: str) -> str | None:
    """Return the one text that a pattern of the form `^...$` fits; None for any other pattern."""
    if not (text.startswith("^") and text.endswith("$")) or text.endswith("\\$"):
        return None
    plain, escaped = list[str](), False
    for letter in text[1:-1]:
        if escaped and letter.isalnum():
            return None
        if not escaped and letter == "\\":
            escaped = True
            continue
        if not escaped and letter in _SPECIAL:
            return None
        plain.append(letter)
        escaped = False
    return None if escaped else "".join(plain)


def _readable(text: str) -> str:
    """Return a pattern without what clients escape needlessly and RE2 does not know: letters beyond ASCII, spaces."""
    plain, escaped = list[str](), False
    for letter in text:
        if escaped:
            harmless = not letter.isascii() or letter.isspace()
            plain.append(letter if harmless else "\\" + letter)
            escaped = False
        elif letter == "\\":
            escaped = True
        else:
            plain.append(letter)
    return "".join(plain) + ("\\" if escaped else "")
