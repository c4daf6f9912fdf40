"""What the docs say can be done: links lead somewhere, code fits the house, commands and routes exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from jobyard.cli.app import tree as command_tree
from tests.house import markdown, tree

PAGES = markdown.pages()
NAMES = [tree.name(page) for page in PAGES]
SHELL = [block for page in PAGES for block in markdown.blocks(page, "sh")]
ABBREVIATIONS = ("e.g. ", "i.e. ", "vs. ")


def test_the_docs_are_there() -> None:
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"):
        assert len((tree.ROOT / name).read_text(encoding="utf-8")) > 500, name
    for kind in ("tutorial", "how-to", "reference", "explanation", "decisions"):
        assert list((tree.ROOT / "docs" / kind).glob("*.md")), kind


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    for link in markdown.links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{tree.name(page)} links to {link}"
        if anchor and target.suffix == ".md":
            assert anchor in markdown.anchors(target), f"{tree.name(page)} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_one_sentence_stands_on_one_line(page: Path) -> None:
    for number, line in markdown.prose(page):
        plain = re.sub(r"`[^`]*`|\[[^]]*\]\([^)]*\)|^\s*\d+\. ", "", line)
        for word in ABBREVIATIONS:
            plain = plain.replace(word, "")
        if tree.name(page) in {
            "docs/reference/cli.md",
            "docs/reference/clearml.md",
            "docs/reference/http.md",
            "docs/reference/kinds.md",
        }:
            continue  # their sentences are the code's own
        assert not re.search(r"[.!?] +[A-Z]", plain), f"{tree.name(page)}:{number} holds two sentences"


FOREIGN = ("alteryx_server_py", "clearml", "client.jobs.", "cvat_sdk", "openstack")
"""Clients of other products, which are not installed beside us; what is said of them is run by tests/clients."""


def test_python_in_the_docs_is_well_typed(tmp_path: Path) -> None:
    every = [block for page in PAGES for block in markdown.blocks(page, "python")]
    found = [block for block in every if not any(name in block.text for name in FOREIGN)]
    assert found
    for number, block in enumerate(found):
        (tmp_path / f"block_{number}.py").write_text(f"{block.text}\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tree.ROOT / '.mypy_cache'}"]
    checked = subprocess.run([*command, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True)
    places = {f"block_{number}.py": f"{block.page}:{block.line}" for number, block in enumerate(found)}
    assert checked.returncode == 0, f"{checked.stdout}\n{places}"


def test_toml_in_the_docs_can_be_read() -> None:
    for page in PAGES:
        for block in markdown.blocks(page, "toml"):
            tomllib.loads(block.text)


def _called(program: str) -> list[tuple[str, list[str]]]:
    found = []
    for block in SHELL:
        for line in markdown.commands(block):
            words = shlex.split(line, comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words = words[1:]
            if words[:1] == [program]:
                found.append((f"{block.page}:{block.line} {line}", words[1:]))
    return found


def test_every_jobyard_command_in_the_docs_can_be_said() -> None:
    called = _called("jobyard")
    assert len(called) > 10
    for place, words in called:
        said = words[: words.index("|")] if "|" in words else words
        try:
            command_tree().parse_args(said, exit_on_error=False, print_error=False)
        except Exception as error:
            raise AssertionError(f"{place}: {error}") from error


def test_the_command_that_an_empty_page_shows_can_be_said() -> None:
    texts = (tree.ROOT / "frontend" / "src" / "texts" / "request.ts").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^ +first: `jobyard (.+)`,$", texts, re.MULTILINE)
    command_tree().parse_args(shlex.split(shown), exit_on_error=False, print_error=False)


def test_every_make_command_in_the_docs_is_a_target() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (tree.ROOT / "Makefile").read_text(), re.MULTILINE))
    for place, words in _called("make"):
        assert set(words) <= targets, place


def test_every_route_that_the_docs_call_exists() -> None:
    reference = (tree.ROOT / "docs" / "reference" / "http.md").read_text(encoding="utf-8")
    known = {
        (method, re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$"))
        for method, path in re.findall(r"^### `([A-Z]+) (\S+)`$", reference, re.MULTILINE)
    }
    for place, words in _called("curl"):
        address = next((word for word in words if "/v1/" in word), "")
        if not address and "ALTERYX_BASE_URL" in " ".join(words):
            continue  # its own document tells its routes
        path = re.sub(r"^.*?(?=/v1/)", "", address).split("?")[0]
        sends = any(word in {"--json", "-d", "--data", "--data-binary"} for word in words)
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if sends else "GET"
        assert any(method == verb and shape.match(path) for verb, shape in known), place


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    seen, waiting = set[Path](), [tree.ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting += [
            (page.parent / link.partition("#")[0]).resolve() for link in markdown.links(page) if "://" not in link
        ]
    wanted = {page for page in PAGES if page.is_relative_to(tree.ROOT / "docs")}
    assert {tree.name(page) for page in wanted - seen} == set()


def test_every_place_that_the_docs_name_is_there() -> None:
    for page in PAGES:
        for place in re.findall(
            r"`((?:src|tests|docs|frontend|requirements|examples|bench)/[\w./-]*)`", page.read_text()
        ):
            assert (tree.ROOT / place).exists(), f"{tree.name(page)} names {place}"
