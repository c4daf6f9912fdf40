"""What cannot be beaten: a walk that looks at every file and remembers nothing, and git's index."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sync.taking import Cost, Turn, program
from bench.sync.tree import Found, Tree

WALK = """
import os, sys
def walk(folder):
    count = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                count += walk(entry.path)
            else:
                entry.stat(follow_symlinks=False)
                count += 1
    return count
print(walk(sys.argv[1]))
"""


class Walk:
    """`os.scandir` with a look at every file."""

    name = "floor: os.scandir"
    promise = "looks at every file and remembers nothing"

    @contextmanager
    def opened(self, room: Path, tree: Tree) -> Iterator[Turn]:
        def turn(workload: str) -> tuple[Cost, Found]:
            cost, said = program([sys.executable, "-S", "-c", WALK, str(tree.folder)], room, room / "log")
            return cost, Found(int(said), 0, 0)

        yield turn


class Git:
    """A fresh repository over the folder: `add`, then `status`."""

    name = "floor: git"
    promise = "keeps an index of sizes and times; the first turn also stores the contents"

    @contextmanager
    def opened(self, room: Path, tree: Tree) -> Iterator[Turn]:
        base = ["git", f"--git-dir={room / 'git'}", f"--work-tree={tree.folder}"]
        base += ["-c", "core.untrackedCache=true", "-c", "user.name=b", "-c", "user.email=b", "-c", "gc.auto=0"]
        program(["git", "init", "-q", "--bare", str(room / "git")], room, room / "log")
        program([*base, "config", "core.bare", "false"], room, room / "log")

        def turn(workload: str) -> tuple[Cost, Found]:
            if workload == "first":
                cost, _ = program([*base, "add", "-A", "."], tree.folder, room / "log")
                program([*base, "commit", "-q", "-m", "first"], tree.folder, room / "log")
                return cost, Found(tree.count, 0, 0)
            words = [*base, "status", "--porcelain", "-uall", "--no-renames"]
            cost, said = program(words, tree.folder, room / "log")
            marks = [line[:2] for line in said.splitlines()]
            return cost, Found(marks.count("??"), marks.count(" M"), marks.count(" D"))

        yield turn
