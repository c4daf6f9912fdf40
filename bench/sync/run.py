"""The measure `sync`: every tool on every size, one after the other, each with folders of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench import machine
from bench.machine import Machine
from bench.sync.floor import Git, Walk
from bench.sync.ours import Ours
from bench.sync.peers import Dvc, LabelStudio, Rclone
from bench.sync.taking import WORKLOADS, Taken, Tool
from bench.sync.tree import Found, Tree

NAME = "sync"
SIZES = (20_000, 100_000, 1_000_000)
QUICK = (2_000,)
MOST = {LabelStudio.name: 20_000, Dvc.name: 100_000}
"""Tools that are not asked for more, as it would take hours."""


class SyncRun(Struct, frozen=True, kw_only=True):
    """Everything about one run."""

    machine: Machine
    promises: dict[str, str]
    taken: list[Taken]
    missing: list[str]
    """What went wrong, a sentence each."""


def tools(*, with_peers: bool) -> list[Tool]:
    """Return what is measured, the floors first."""
    own: list[Tool] = [Walk(), Git(), Ours(), Ours(bucket=True)]
    peers: list[Tool] = [Rclone(), Dvc(), LabelStudio()]
    return own + (peers if with_peers else [])


def measured(folder: Path, sizes: Sequence[int], found: Sequence[Tool], console: Console) -> SyncRun:
    """Take every tool through every workload on every size. What goes wrong with one is told, and the others go on."""
    described = machine.described(folder, None, {})
    taken, missing = list[Taken](), list[str]()
    plan = {size: [tool for tool in found if size <= MOST.get(tool.name, size)] for size in sizes}
    columns = (TextColumn("{task.description:52}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=sum(map(len, plan.values())))
        for size, chosen in plan.items():
            progress.update(task, description=f"sync: {size:,} files are written")
            with tempfile.TemporaryDirectory(dir=folder, prefix="sync-", ignore_cleanup_errors=True) as own:
                tree = Tree(Path(own) / "files", size)
                tree.grow()
                for tool in chosen:
                    progress.update(task, description=f"sync: {tool.name}, {size:,} files")
                    try:
                        taken += taken_by(tool, Path(own), tree)
                    except Exception as error:  # noqa: BLE001 - one tool's trouble is told, and the others go on
                        missing.append(f"sync of {tool.name} at {size:,} FAILED: {type(error).__name__}: {error}")
                        tree.grow()
                    progress.advance(task)
    promises = {tool.name: tool.promise for tool in found}
    return SyncRun(machine=described, promises=promises, taken=taken, missing=missing)


def taken_by(tool: Tool, folder: Path, tree: Tree) -> list[Taken]:
    """Return what a tool's turns took on a tree that no tool has changed, and leave it like that."""
    turns = list[Taken]()
    with tempfile.TemporaryDirectory(dir=folder, prefix="room-", ignore_cleanup_errors=True) as room:
        with tool.opened(Path(room), tree) as turn:
            for workload in WORKLOADS:
                wanted = tree.churn() if workload == "churn" else Found(_first(workload, tree), 0, 0)
                cost, found = turn(workload)
                turns.append(
                    Taken(
                        tool=tool.name,
                        files=tree.count,
                        workload=workload,
                        wall=round(cost.wall, 3),
                        processor=round(cost.processor, 3),
                        peak=round(cost.peak, 1),
                        right=found == wanted,
                        deletes=found.deleted == wanted.deleted,
                    )
                )
        tree.restore()
    return turns


def _first(workload: str, tree: Tree) -> int:
    return tree.count if workload == "first" else 0


def written(run: SyncRun, results: Path) -> None:
    """Write the figures as JSON."""
    results.parent.mkdir(parents=True, exist_ok=True)
    results.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
