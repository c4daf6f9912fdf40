"""In which order several processes take tests, so that no processor waits while there is work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

WAITING = ("clients", "demo", "storm", "cli", "worker", "client", "house")
"""Folders whose tests start other processes and wait for them, those that wait longest first."""
_FILLED = 0.7
"""The part of each process's share over which its waiting tests are spread: the quick ones come last."""

TESTS = Path(__file__).parent


def spread(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Return the tests file by file, in one share for each process, with those that wait evenly among the others.

    Each process begins with an equal part of what it is handed, and takes over the ends of what others have left.
    """
    files = dict[Path, list[pytest.Item]]()
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = sorted(
        (path for path in files if _folder(path) in WAITING), key=lambda path: WAITING.index(_folder(path))
    )
    others = [files[path] for path in files if _folder(path) not in WAITING]
    shares = _shares(others, processes)
    mixed = (_mixed([files[path] for path in waiting[k::processes]], share) for k, share in enumerate(shares))
    return list(chain.from_iterable(chain.from_iterable(mixed)))


def _folder(path: Path) -> str:
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""


def _shares(files: list[list[pytest.Item]], processes: int) -> list[list[list[pytest.Item]]]:
    """Part the files, in their order, into shares of about as many tests."""
    shares: list[list[list[pytest.Item]]] = [[] for _ in range(processes)]
    total, before = sum(map(len, files)), 0
    for file in files:
        shares[min(before * processes // max(total, 1), processes - 1)].append(file)
        before += len(file)
    return shares


def _mixed(waiting: list[list[pytest.Item]], others: list[list[pytest.Item]]) -> Iterator[list[pytest.Item]]:
    between = int(len(others) * _FILLED) // max(len(waiting), 1)
    rest = iter(others)
    for file in waiting:
        yield file
        for _ in range(between):
            yield next(rest)
    yield from rest
