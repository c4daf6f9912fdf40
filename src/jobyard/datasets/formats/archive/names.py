"""Which names a member of an archive may have. We never unpack by name, but whoever gets our archives may."""

from __future__ import annotations

from jobyard.datasets.formats.speech import told
from jobyard.job.errors import ArchiveRefused

LONGEST = 2_048


def checked(name: str, depth: int = 32) -> str:
    """Return a member's name. Raises ArchiveRefused for one that leads out of its folder or cannot be a file's."""
    if name.isprintable() and len(name) <= LONGEST and name.count("/") < depth and _is_plain(name):
        return name
    reason = _wrong(name, depth)
    if reason:
        raise ArchiveRefused(reason=f"the name {told(name)} {reason}")
    return name


def _is_plain(name: str) -> bool:
    """Tell whether none of a name's parts needs a closer look, as with nearly all; the name is printable."""
    doubtful = "\\" in name or ":" in name or "//" in name or "/." in name
    return name[:1] not in {"", "/", "."} and not doubtful


def _wrong(name: str, depth: int) -> str:
    if not name or len(name) > LONGEST:
        return f"has {len(name)} characters, and 1 to {LONGEST} are taken"
    if not name.isprintable():
        if any(ord(character) < 32 or ord(character) == 127 for character in name):
            return "holds a control character"
        if any(0xD800 <= ord(character) <= 0xDFFF for character in name):
            return "holds half a character"
    parts = name.replace("\\", "/").rstrip("/").split("/")
    if parts[0] == "" or (len(parts[0]) > 1 and parts[0][1] == ":"):
        return "is absolute"
    if any(part in {"..", "."} for part in parts):
        return "leads out of its folder or back into it"
    if "" in parts:
        return "has an empty part"
    return f"lies more than {depth} folders deep" if len(parts) > depth else ""
