"""Reads our Markdown as a reader would: blocks of code, links, headings, prose."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from tests.house import tree

_LINK = re.compile(r"(?<!!)\[[^]]+\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[[^]]*\]\(([^)\s]+)\)")


class Block(Struct, frozen=True):
    """A fenced block of code."""

    page: str
    line: int
    language: str
    text: str


def pages() -> list[Path]:
    """Return every Markdown file of the repository."""
    return tree.files(".md")


def blocks(page: Path, *languages: str) -> list[Block]:
    """Return the fenced blocks of a page in some languages (all, where none is named)."""
    found: list[Block] = []
    language, start, lines = None, 0, list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.startswith("```"):
            lines.append(line)
        elif language is None:
            language, start, lines = line.removeprefix("```").strip(), number + 1, []
        else:
            found.append(Block(page=tree.name(page), line=start, language=language, text="\n".join(lines)))
            language = None
    return [block for block in found if not languages or block.language in languages]


def prose(page: Path) -> list[tuple[int, str]]:
    """Return the numbered lines outside of code, tables and headings."""
    kept, inside = [], False
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("```"):
            inside = not inside
        elif not inside and line.strip() and not line.lstrip().startswith(("|", "#", "<!--", "!")):
            kept.append((number, line))
    return kept


def links(page: Path) -> list[str]:
    """Return where a page's links and pictures lead to."""
    text = page.read_text(encoding="utf-8")
    return _LINK.findall(text) + _PICTURE.findall(text)


def anchors(page: Path) -> set[str]:
    """Return the places inside a page that a link may name."""
    headings = [line.lstrip("#").strip() for line in page.read_text(encoding="utf-8").splitlines() if line[:1] == "#"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(block: Block) -> list[str]:
    """Return the command lines of a shell block, continuations joined, comments left out."""
    joined = block.text.replace("\\\n", " ")
    lines = [line.strip().removeprefix("$ ") for line in joined.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
