"""What result files are called: so that every client takes the name as it is. Pure."""

from __future__ import annotations

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
_LONGEST = 60


def file_name(wanted: str, *parts: object, ending: str = ".zip") -> str:
    """Return the wanted name where it is plain, else one made of parts; with its ending."""
    chosen = wanted if wanted and _PLAIN.issuperset(wanted.replace(" ", "_")) else ""
    name = chosen or "_".join(plain(str(part)) for part in parts if str(part))
    name = name.replace(" ", "_").strip("._-") or "result"
    return name if name.lower().endswith(ending) else name + ending


def plain(text: str) -> str:
    """Return a text with everything but plain letters made into underscores."""
    return "".join(letter if letter in _PLAIN else "_" for letter in text)[:_LONGEST]
