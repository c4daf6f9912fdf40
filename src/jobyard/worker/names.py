"""What a result file may be called."""

from __future__ import annotations

LONGEST = 200


def checked(name: str) -> str:
    """Return the name of a result file as it is.

    Raises ValueError when it is empty, longer than 200 characters, `.` or `..`, or holds a path separator, a control
    character or half a surrogate pair.
    """
    if not name or len(name) > LONGEST or name in {".", ".."}:
        raise ValueError(f"a result file's name has 1 to {LONGEST} characters and is not `.` or `..`: {name[:40]!r}")
    if any(character in "/\\" or ord(character) < 32 or 127 <= ord(character) < 160 for character in name):
        raise ValueError(f"a result file's name holds no path separator and no control character: {name!r}")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in name):
        raise ValueError(f"a result file's name is plain text: {name!r}")
    if len(name.encode()) > 255:
        raise ValueError(f"a result file's name is at most 255 bytes long in UTF-8: {name[:40]!r}")
    return name
