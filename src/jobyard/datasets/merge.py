"""Two sorted streams become a difference: what a folder holds now, and what was known of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets.messages import Entry


class Difference(Struct, frozen=True, kw_only=True):
    """What makes the known the same as the listed."""

    added: list[Entry]
    changed: list[Entry]
    deleted: list[Entry]
    unchanged: int
    growth: int
    """Bytes by which the whole grows, negative when it shrinks."""
    gone: list[tuple[bytes, bytes]]
    """The deleted as stretches (first path, last path) between which nothing known remains."""

    def named(self) -> Iterator[tuple[str, bytes]]:
        """Yield what happened to which path."""
        for what, entries in (("added", self.added), ("changed", self.changed), ("deleted", self.deleted)):
            for entry in entries:
                yield what, entry[0]


NOTHING = Difference(added=[], changed=[], deleted=[], unchanged=0, growth=0, gone=[])
"""There is no difference, and nothing to compare."""


def difference(known: Sequence[Entry], listed: Sequence[Entry]) -> Difference:
    """Compare by size and ETag, or by size and time of change where one has no ETag.

    Both must be sorted by path, each path once.
    """
    if known == listed:
        return Difference(added=[], changed=[], deleted=[], unchanged=len(known), growth=0, gone=[])
    added, changed, deleted, unchanged, growth = list[Entry](), list[Entry](), list[Entry](), 0, 0
    gone = list[tuple[bytes, bytes]]()
    place, count, joined = 0, len(known), False
    for entry in listed:
        while place < count and known[place][0] < entry[0]:
            _drop(known[place][0], gone, joined=joined)
            deleted.append(known[place])
            joined = True
            place += 1
        if place == count or known[place][0] != entry[0]:
            added.append(entry)
            growth += entry[1]
            continue
        joined = False
        if known[place] == entry or _alike(known[place], entry):
            unchanged += 1
        else:
            changed.append(entry)
            growth += entry[1] - known[place][1]
        place += 1
    for old in known[place:]:
        _drop(old[0], gone, joined=joined)
        deleted.append(old)
        joined = True
    growth -= sum(entry[1] for entry in deleted)
    return Difference(added=added, changed=changed, deleted=deleted, unchanged=unchanged, growth=growth, gone=gone)


def joined(found: Iterable[Difference]) -> Difference:
    """Return differences of stretches that follow each other, with or without gaps, as one."""
    whole = Difference(added=[], changed=[], deleted=[], unchanged=0, growth=0, gone=[])
    unchanged, growth = 0, 0
    for one in found:
        whole.added.extend(one.added)
        whole.changed.extend(one.changed)
        whole.deleted.extend(one.deleted)
        # Never joined across a gap: what lies in it stays.
        whole.gone.extend(one.gone)
        unchanged += one.unchanged
        growth += one.growth
    return replace(whole, unchanged=unchanged, growth=growth)


def _alike(known: Entry, listed: Entry) -> bool:
    """Tell whether an object that was written again still holds the same."""
    return known[3] != "" and known[3] == listed[3] and known[1] == listed[1]


def _drop(path: bytes, gone: list[tuple[bytes, bytes]], *, joined: bool) -> None:
    gone.append((gone.pop()[0], path) if joined else (path, path))
