"""Nothing grows beyond what one look takes in."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house import tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
LONGEST_STATEMENT = 50
"""A record written field by field is one statement, read as a table."""
MOST_PARAMETERS = 8


def too_long(paths: list[Path]) -> list[str]:
    """Return the files that are too long, with their lengths."""
    lengths = {tree.name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    return [f"{name}: {length} lines" for name, length in lengths.items() if length > LONGEST_FILE]


def long_functions(path: Path) -> list[str]:
    """Return the functions of a file that are too long; where they stand and how long they are."""
    found = []
    for node in tree.functions(path):
        length = length_of(node)
        if length > (LONGEST_STATEMENT if is_one_statement(node) else LONGEST_FUNCTION):
            found.append(f"{tree.name(path)}:{node.lineno} {node.name}: {length} lines")
    return found


def length_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines, its docstring apart: in a command that is the manual."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return lines
    said = node.body[0]
    return lines - ((said.end_lineno or said.lineno) - said.lineno + 1)


def is_one_statement(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether a function only returns something."""
    said = ast.get_docstring(node) is not None
    return len(node.body) == 1 + said and isinstance(node.body[-1], ast.Return)


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count what a caller may give, the object itself left out."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([one for one in given if one.arg not in {"self", "cls"}])


def test_no_file_is_longer_than_400_lines() -> None:
    found = too_long(tree.files(".py", ".ts", ".svelte", ".sql"))
    assert found == [], "\n".join(found)


def test_no_function_is_longer_than_40_lines() -> None:
    paths = tree.python_files("src", "tests", "bench", "hatch_build.py")
    found = [one for path in paths for one in long_functions(path)]
    assert found == [], "\n".join(found)


def test_no_function_of_the_house_takes_more_than_8_parameters() -> None:
    crowded = [
        f"{tree.name(path)}:{node.lineno} {node.name}: {parameters(node)}"
        for path in tree.python_files("src")
        if "cli" not in path.parts  # a command's parameters are its flags
        for node in tree.functions(path)
        if parameters(node) > MOST_PARAMETERS
    ]
    assert crowded == [], "\n".join(crowded)


def test_the_measures_measure(tmp_path: Path) -> None:
    long = tmp_path / "long.py"
    body = "  x = 1\n" * 41
    long.write_text(
        "class A:\n  async def f(self, a, /, b, *, c): pass\n\ndef g():\n  '''Say\n  it.'''\n" + body + "\n" * 400
    )
    first, second = sorted(tree.functions(long), key=lambda node: node.lineno)
    assert parameters(first) == 3
    assert length_of(second) == 42
    assert [found.split()[-2] for found in long_functions(long)] == ["42"]
    assert len(long.read_text().splitlines()) > LONGEST_FILE
