"""A name is the thing, never a drawer: words that say nothing are kept out."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house import tree

BANNED = {
    *("util", "utils", "utility", "utilities", "common", "commons", "helper", "helpers", "base", "core"),
    *("manager", "managers", "service", "services", "misc", "impl", "stuff", "tools", "lib", "shared"),
    *("handler_manager", "models", "types", "interface", "interfaces", "constants"),
}
SHARED_SQL = "sql/shared.sql"
"""What the databases share, beside what each says in its own way."""
PAGE_FOLDER = "frontend/src/lib"
"""SvelteKit's and Vite's own name for what the page imports."""


def banned_in(path: str) -> set[str]:
    """Return the banned words among the names on a path."""
    rest = path.removeprefix(PAGE_FOLDER).removesuffix(SHARED_SQL)
    return {part.split(".")[0] for part in rest.split("/")} & BANNED


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("src/jobyard/job/utils.py", {"utils"}),
        ("src/jobyard/core/desk.py", {"core"}),
        ("tests/helpers.py", {"helpers"}),
        ("frontend/src/lib/common.ts", {"common"}),
        ("frontend/src/lib/feed.ts", set()),
        ("src/jobyard/store/database.py", set()),
        ("src/jobyard/store/sql/shared.sql", set()),
        ("src/jobyard/store/shared.py", {"shared"}),
        ("src/jobyard/store/impl.sqlite.py", {"impl"}),
    ],
)
def test_a_banned_word_is_seen(path: str, words: set[str]) -> None:
    assert banned_in(path) == words


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    found = [tree.name(path) for path in tree.files(".py", ".ts", ".svelte", ".sql", ".css")]
    assert {name: banned_in(name) for name in found if banned_in(name)} == {}


def test_no_class_has_a_name_that_says_nothing() -> None:
    empty = ("manager", "helper", "util", "impl", "service")
    found = [
        f"{tree.name(path)}: {node.name}"
        for path in tree.python_files("src")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.lower().endswith(empty)
    ]
    assert found == [], "\n".join(found)


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def test_every_module_says_which_room_it_is() -> None:
    silent = [tree.name(path) for path in tree.python_files("src") if not _docstring(path)]
    assert silent == []


def test_nothing_is_left_open() -> None:
    words = (
        "TO" + "DO",
        "FIX" + "ME",
        "X" + "XX",
        "raise Not" + "ImplementedError",
        "mark.sk" + "ip",
        "mark.xf" + "ail",
    )
    found = [
        f"{tree.name(path)}: {word}"
        for path in tree.files(".py", ".ts", ".svelte", ".sql", ".md")
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == [], "\n".join(found)
