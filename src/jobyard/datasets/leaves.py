"""A stretch in leaves of a few files each, so that what changed in it can be told without the rest. Pure.

The leaves of a stretch are kept as one text: for each leaf, in order, a mark of the path it ends with and a digest of
its files. A mark finds the place at which to cut again, and is never believed: leaves are alike by their digests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from struct import Struct as Layout
from typing import Any
from zlib import crc32

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from jobyard.datasets.messages import Ahead, Batch, Entry, Kept, Part, fingerprint

LEAF = 12
"""Files of a leaf. Smaller ones tell less of what did not change, and take more to keep."""
_ONE = Layout(">I16s")
_FIELDS = 4
"""Values of an entry; a label file among samples has one more."""

_Files = Sequence[tuple[Any, ...]]


def kept(entries: Sequence[Entry], label_files: Sequence[Entry], *, labelled: bool) -> Kept:
    """Return what is kept of a stretch; `labelled` says whether label files were looked for."""
    files = _merged(entries, label_files)
    digest = fingerprint(entries, label_files, labelled=labelled)
    return Kept(digest=digest, leaves=_text(_leaves(files, _evenly(files), labelled=labelled)))


def in_parts(whole: Batch, before: Ahead, digest: bytes, *, labelled: bool) -> Batch | None:
    """Return a batch that tells only how a stretch differs from what it was; None where it had better be told whole.

    `digest` is what the stretch's is now.
    """
    files = _merged(whole.entries, whole.label_files)
    marks, digests = zip(*_ONE.iter_unpack(before.leaves), strict=True) if before.leaves else ((), ())
    found = list(_leaves(files, _cut(files, frozenset(marks)), labelled=labelled))
    parts = list(_parts(whole, files, found, digests))
    told = sum(part.length for part in parts)
    if not files or not parts or 2 * told > len(files):
        return None
    now = Kept(digest=digest, leaves=_renewed(files, found, labelled=labelled))
    return replace(whole, entries=[], label_files=[], digest=before.digest, parts=parts, kept=now)


class _Leaf(Struct, frozen=True):
    begin: int
    end: int
    mark: int
    digest: bytes


def _merged(entries: Sequence[Entry], label_files: Sequence[Entry]) -> _Files:
    return sorted([*entries, *((*file, True) for file in label_files)]) if label_files else entries


def _evenly(files: _Files) -> list[int]:
    """Return where leaves end that are all of a size."""
    return [*range(LEAF, len(files), LEAF), len(files)] if files else []


def _cut(files: _Files, marks: frozenset[int]) -> list[int]:
    """Return where leaves end that end where others did."""
    ends = [place for place, file in enumerate(files, 1) if crc32(file[0]) in marks]
    return ends if not files or (ends and ends[-1] == len(files)) else [*ends, len(files)]


def _leaves(files: _Files, ends: Sequence[int], *, labelled: bool) -> Iterator[_Leaf]:
    begin, encode = 0, msgspec.msgpack.encode
    for end in ends:
        digest = blake2b(encode((files[begin:end], labelled)), digest_size=16).digest()
        yield _Leaf(begin, end, crc32(files[end - 1][0]), digest)
        begin = end


def _parts(whole: Batch, files: _Files, found: Sequence[_Leaf], before: Sequence[bytes]) -> Iterator[Part]:
    """Yield what lies between leaves that are as they were.

    A part ends with the first file of the leaf behind it, which is there on both sides: whatever else was known of the
    part may be gone.
    """
    places = {digest: place for place, digest in enumerate(before)}
    start, first, last = whole.start, 0, -1
    for leaf in found:
        place = places.get(leaf.digest, -1)
        if place <= last:
            continue
        if place != last + 1 or leaf.begin != first:
            yield _part(files[first : leaf.begin + 1], start, files[leaf.begin][0])
        start, first, last = files[leaf.end - 1][0], leaf.end, place
    if first != len(files) or last != len(before) - 1:
        yield _part(files[first:], start, whole.upto)


def _part(files: _Files, start: bytes, upto: bytes | None) -> Part:
    entries: list[Any] = [file for file in files if len(file) == _FIELDS]
    label_files: list[Any] = [file[:_FIELDS] for file in files if len(file) != _FIELDS]
    return Part(start=start, upto=upto, entries=entries, label_files=label_files)


def _renewed(files: _Files, found: Sequence[_Leaf], *, labelled: bool) -> bytes:
    """Return the leaves to keep: those found, unless one grew much or many shrank."""
    if len(found) * LEAF > 2 * (len(files) + LEAF) or any(leaf.end - leaf.begin > 2 * LEAF for leaf in found):
        return _text(_leaves(files, _evenly(files), labelled=labelled))
    return _text(found)


def _text(leaves: Iterator[_Leaf] | Sequence[_Leaf]) -> bytes:
    return b"".join(_ONE.pack(leaf.mark, leaf.digest) for leaf in leaves)
