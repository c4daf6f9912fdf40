"""Whole workflows as Designer saves them, each with what has to come of it: `practice/NAME`."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.workflows.drawing import ran, told

PRACTICE = Path(__file__).with_name("practice")
NAMES = sorted(path.name for path in PRACTICE.iterdir() if path.is_dir())


def packed(name: str, folder: Path) -> Path:
    source, target = PRACTICE / name / "package", folder / f"{name}.yxzp"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(source).as_posix())
    return target


def test_there_are_some() -> None:
    assert NAMES == ["orders", "shifts", "survey"]


@pytest.mark.parametrize("name", NAMES)
def test_a_practice_workflow_comes_to_what_is_expected(name: str, tmp_path: Path) -> None:
    wanted: dict[str, Any] = msgspec.json.decode((PRACTICE / name / "expected.json").read_bytes())
    outcome = ran(packed(name, tmp_path), tmp_path / "out", wanted["answers"])
    files = {path.name: path.read_bytes() for path in (PRACTICE / name / "expected").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == files
    assert [list(one) for one in told(outcome, 2, 3, 5)] == wanted["told"]
