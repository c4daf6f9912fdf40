"""Looking after the house: a backup while work goes on, and the doctor who says what is wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine import audit
from jobyard.engine.ledger import Ledger
from jobyard.engine.pruning import Pruned, Pruning
from jobyard.engine.retention import Rule, named
from jobyard.job.errors import Invalid
from jobyard.job.record import ResultFile
from jobyard.people.record import Actor
from jobyard.store.blobs import Blobs
from jobyard.store.contract import Sizes

DATABASE = "jobyard.db"
"""The database's name inside a backup, whatever store it came from."""
PICTURES = "pictures"
"""The folder of pictures that people sent in, both in the data folder and in a backup."""
TASK_FILES = "experiments"
"""The folder of files that programs put here, blobs of their own, in both places."""
PACKAGES = "packages"
"""The folder of workflows that people handed in, blobs of their own, in both places."""
_PAGE = 500
_BLOBS = "??/*"
"""The blobs of a folder of blobs, and not what is still being written."""
_LITTLE_SPACE = 256 * 1024 * 1024
_OLD_FORM = (
    "The database was made by a version that never gave room back to the disk; `jobyard keep compact` changes that."
)


class Backup(Struct, frozen=True, kw_only=True):
    """A finished backup."""

    folder: str
    size: int
    """Bytes written."""
    blobs: int


class Diagnosis(Struct, frozen=True, kw_only=True):
    """What the doctor found."""

    findings: list[str]
    """What is wrong, a sentence each."""
    notes: list[str]
    """What could be better, a sentence each."""
    sizes: Sizes
    blobs: int
    """Bytes of all result files."""
    blob_count: int


class Upkeep:
    """Backup, prune, compact and doctor; only administrators may ask."""

    def __init__(self, ledger: Ledger, blobs: Blobs, pruning: Pruning, folder: Path) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._pruning = pruning
        self._folder = folder

    async def backup(self, actor: Actor, target: str, progress: Callable[[int, int], None] | None = None) -> Backup:
        """Write database, files of every kind and master key into the new or empty folder `target` while work goes on.

        The database is copied first, so every file it knows was there when it was copied.
        Raises Invalid for a folder that is in use or inside the data folder.
        """
        rules.require_house(actor, House.KEEP_HOUSE)
        folder = await asyncio.to_thread(_emptied, Path(target), self._folder)
        tell = progress or _nobody
        await asyncio.to_thread(self._ledger.store.backup, str(folder / DATABASE), tell)
        count = await self._copy_blobs(folder / "blobs")
        for kind, which in ((PICTURES, "**/*"), (TASK_FILES, _BLOBS), (PACKAGES, _BLOBS)):
            await asyncio.to_thread(_copy_all, self._folder / kind, folder / kind, which)
        key = self._folder / "master.key"
        if key.exists():
            await asyncio.to_thread(shutil.copy2, key, folder / key.name)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        await self._tell(actor, "copied", "house", {"folder": str(folder), "size": size})
        return Backup(folder=str(folder), size=size, blobs=count)

    async def prune(self, actor: Actor, days: float | None, *, dry_run: bool) -> Pruned:
        """Remove final jobs older than `days` that nobody keeps, or as the setting says; rules win over both.

        A dry run only counts.
        """
        rules.require_house(actor, House.KEEP_HOUSE)
        if dry_run:
            return await self._pruning.count(days)
        pruned = await self._pruning.all(days)
        details = {"days": days, "jobs": pruned.jobs, "freed": pruned.freed}
        await self._tell(actor, "pruned", "jobs", details)
        return pruned

    async def count_rule(self, actor: Actor, rule: Rule) -> Pruned:
        """Count what a rule would remove now if it stood. Raises NotFound for an unknown project."""
        rules.require_house(actor, House.KEEP_HOUSE)
        return await self._pruning.count(rule=await self._ledger.read(lambda view: named(view, rule)))

    async def compact(self, actor: Actor) -> tuple[int, int]:
        """Write the database anew without free room in it; return its bytes before and after.

        Whoever writes meanwhile waits. Raises StoreFull where there is no room for the copy.
        """
        rules.require_house(actor, House.KEEP_HOUSE)
        store = self._ledger.store
        before = await asyncio.to_thread(store.sizes)
        await asyncio.to_thread(store.compact)
        after = await asyncio.to_thread(store.sizes)
        await self._tell(actor, "compacted", "database", {"before": before.database, "after": after.database})
        return before.database, after.database

    async def doctor(self, actor: Actor) -> Diagnosis:
        """Look the house over; say what is wrong and what room it takes."""
        rules.require_house(actor, House.KEEP_HOUSE)
        findings = await asyncio.to_thread(self._ledger.store.check)
        findings += await self._missing()
        if self._folder.stat().st_mode & 0o077:
            findings.append(f"{self._folder} can be read by others; set its mode to 0700.")
        if shutil.disk_usage(self._folder).free < _LITTLE_SPACE:
            findings.append("Less than 256 MiB of disk space are left.")
        sizes = await asyncio.to_thread(self._ledger.store.sizes)
        count, blobs = await asyncio.to_thread(self._blobs.usage)
        notes = [] if sizes.shrinks else [_OLD_FORM]
        return Diagnosis(findings=findings, notes=notes, sizes=sizes, blobs=blobs, blob_count=count)

    async def _tell(self, actor: Actor, verb: str, what: str, details: Mapping[str, Any]) -> None:
        now = self._ledger.now()
        await self._ledger.write(lambda transaction: audit.tell(transaction, now, actor.name, verb, what, details))

    async def _missing(self) -> list[str]:
        missing, after = list[str](), ""
        while True:
            files = await self._page(after)
            for file in files:
                path = self._blobs.path(file.blob)
                if not path.is_file() or path.stat().st_size != file.size:
                    missing.append(f"The bytes of result file {file.name} (blob {file.blob}) are missing or cut.")
            if len(files) < _PAGE:
                return missing
            after = files[-1].blob

    async def _copy_blobs(self, target: Path) -> int:
        count, after = 0, ""
        while True:
            files = await self._page(after)
            await asyncio.to_thread(_copy, self._blobs, files, target)
            count += len(files)
            if len(files) < _PAGE:
                return count
            after = files[-1].blob

    async def _page(self, after: str) -> list[ResultFile]:
        return await self._ledger.read(lambda view: view.files_after(after, _PAGE))


def _emptied(target: Path, data: Path) -> Path:
    folder = target.expanduser().absolute()
    if folder.resolve().is_relative_to(data.resolve()):
        raise Invalid(reason="a backup does not belong inside the data folder")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(reason=f"{folder} is not an empty folder")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(reason=f"{folder} cannot be made: {error.strerror}") from None
    return folder


def _copy(blobs: Blobs, files: list[ResultFile], target: Path) -> None:
    for file in files:
        source = blobs.path(file.blob)
        place = target / source.parent.name / source.name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            _second(source, place)


def _copy_all(source: Path, target: Path, which: str) -> None:
    """Copy files that never change; those that are removed meanwhile belong to what was removed."""
    for path in source.glob(which):
        if path.is_symlink() or not path.is_file():
            continue
        place = target / path.relative_to(source)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            _second(path, place)


def _second(source: Path, place: Path) -> None:
    """Give a file that never changes a second name, or copy it where that cannot be. Raises FileNotFoundError."""
    try:
        os.link(source, place)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, place)


def _nobody(done: int, total: int) -> None:
    return None
