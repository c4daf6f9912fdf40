"""What stands in the allowed folders of this machine, one folder at a time, for people who choose pictures there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from jobyard.datasets.paths import PATH_LIMIT, shown
from jobyard.datasets.sources.folder import open_folder
from jobyard.job.errors import Invalid

_MOST = 10_000
"""Things of one folder that are told of."""
_TOLD = 200


class Standing(Struct, frozen=True, kw_only=True, order=True):
    """A file or a folder."""

    name: str
    folder: bool


def browse(roots: Sequence[str], wanted: str, prefix: str = "") -> list[Standing]:
    """Return what stands in a folder below the roots, which lie over each other; by name, links left out.

    Raises Invalid for a folder that is not there, in the same words whatever may be elsewhere.
    """
    parts = [part for part in wanted.split("/") if part]
    told = shown(wanted.encode("utf-8", "surrogatepass"), _TOLD)
    if {".", ".."}.intersection(parts) or not wanted.isprintable() or len(wanted) > PATH_LIMIT:
        raise Invalid(reason=f"{told} is no path below an allowed folder.")
    found: dict[str, Standing] = {}
    there = not parts
    for root in roots:
        try:
            descriptor = open_folder(os.path.join(root, *parts))  # noqa: PTH118 - a folder is opened, not a path made
        except OSError:
            continue
        there = True
        try:
            for one in islice(_inside(descriptor, prefix), _MOST):
                found.setdefault(one.name, one)
        finally:
            os.close(descriptor)
    if not there:
        raise Invalid(reason=f"There is no folder {told} below a folder that an administrator allowed as a source.")
    return sorted(found.values())[:_MOST]


def _inside(descriptor: int, prefix: str) -> Iterator[Standing]:
    with os.scandir(descriptor) as entries:
        for entry in entries:
            named = entry.name.startswith(prefix) and entry.name.isprintable()
            if named and (entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)):
                yield Standing(name=entry.name, folder=entry.is_dir(follow_symlinks=False))
