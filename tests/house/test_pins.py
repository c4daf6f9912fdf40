"""What is committed can be installed anywhere: every pin has its hashes, and nothing names a machine or a registry."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house import tree

PINS = tree.ROOT / "requirements"
SETS = sorted([*PINS.glob("*.txt"), *PINS.glob("clients/*.txt"), *(tree.ROOT / "bench").glob("*.txt")])
NAMES = [path.relative_to(PINS).with_suffix("").as_posix() if path.is_relative_to(PINS) else path.stem for path in SETS]
# In pieces, so that this file does not hold what it looks for.
REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb." + "debian.org")
PLACES = tuple(f"/{top}/" for top in ("ro" + "ot", "wo" + "rk", "fa" + "rm"))
FOLDER = re.compile(rf"(?<![\w.~)}}-])(?:{'|'.join(map(re.escape, PLACES))})[\w.-]+")


def pins(path: Path) -> dict[str, str]:
    """Return the versions of a set of pins by package."""
    found = re.findall(r"^([a-zA-Z0-9._-]+)(?:\[[^]]*\])?==(\S+)", path.read_text(), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


def test_every_set_is_known() -> None:
    families = {f"clients/{path.stem}" for path in PINS.glob("clients/*.in")}
    ours = {"build", "demo", "dev", "dvc", "label-studio", "mlflow", "pandas", "peers", "runtime", "tools"}
    assert ours | families == set(NAMES)


@pytest.mark.parametrize("path", SETS, ids=NAMES)
def test_every_pin_has_a_hash(path: Path) -> None:
    blocks = re.split(r"^(?=[^\s#])", path.read_text(), flags=re.MULTILINE)
    found = [block for block in blocks if block.strip() and not block.startswith("#")]
    assert len(found) == len(pins(path)) > 0
    assert [block.split()[0] for block in found if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("path", SETS, ids=NAMES)
def test_pins_name_no_place(path: Path) -> None:
    for line in path.read_text().splitlines():
        assert "://" not in line
        assert not line.startswith("--")


def test_sets_of_pins_agree() -> None:
    everything = pins(PINS / "dev.txt")
    for name in ("runtime", "build", "tools", "demo"):
        assert {k: v for k, v in pins(PINS / f"{name}.txt").items() if everything.get(k, v) != v} == {}
    for name in ("runtime", "build", "tools"):
        assert pins(PINS / f"{name}.txt").keys() <= everything.keys()


def test_pins_are_what_the_project_asks_for() -> None:
    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["project"]
    extras = [need for needs in project["optional-dependencies"].values() for need in needs]
    for needs, name in ((project["dependencies"], "runtime"), ([*project["dependencies"], *extras], "dev")):
        pinned = pins(PINS / f"{name}.txt")
        for need in map(Requirement, needs):
            assert Version(pinned[canonicalize_name(need.name)]) in need.specifier


def test_what_builds_the_wheel_is_pinned() -> None:
    system = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["build-system"]
    for need in map(Requirement, system["requires"]):
        assert Version(pins(PINS / "build.txt")[canonicalize_name(need.name)]) in need.specifier


def _texts() -> list[Path]:
    known = (
        ".py",
        ".md",
        ".toml",
        ".txt",
        ".in",
        ".json",
        ".ts",
        ".svelte",
        ".html",
        ".sql",
        ".css",
        ".yml",
        "Makefile",
        "run",
    )
    return [*tree.files(*known), *(tree.ROOT / name for name in tree.GENERATED if (tree.ROOT / name).exists())]


def test_no_committed_file_names_a_registry() -> None:
    found = [
        f"{tree.name(path)}: {host}"
        for path in _texts()
        for host in REGISTRIES
        if host in path.read_text(encoding="utf-8")
    ]
    assert found == [], "\n".join(found)


def test_no_committed_file_names_a_folder_of_somebodys_machine() -> None:
    found = [
        f"{tree.name(path)}: {match}" for path in _texts() for match in FOLDER.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "\n".join(found)


def test_the_pages_lock_holds_hashes_and_no_addresses() -> None:
    lock = json.loads((tree.ROOT / "frontend" / "package-lock.json").read_text())
    packages = {name: facts for name, facts in lock["packages"].items() if name and not facts.get("link")}
    assert [name for name, facts in packages.items() if "resolved" in facts] == []
    assert [name for name, facts in packages.items() if "integrity" not in facts and not facts.get("inBundle")] == []
