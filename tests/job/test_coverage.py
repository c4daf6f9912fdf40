"""T-01: every branch of the ground floor is walked by this room's own tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.timeout(300)
def test_every_branch_of_the_job_room_is_walked(tmp_path: Path) -> None:
    apart = {"test_coverage.py", "test_histories.py"}
    others = [str(path) for path in sorted(HERE.glob("test_*.py")) if path.name not in apart]
    environment = {**os.environ, "COVERAGE_FILE": str(tmp_path / "coverage")}
    coverage = [sys.executable, "-m", "coverage"]
    # What is random may not count as proof.
    chosen = ["-q", "-p", "no:cacheprovider", "-p", "no:schemathesis", "-m", "not storm and not hypothesis", *others]
    measured = ["run", "--branch", "--source=src/jobyard/job", "-m", "pytest", *chosen]
    tested = subprocess.run([*coverage, *measured], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stdout
    report = tmp_path / "report.json"
    subprocess.run(
        [*coverage, "json", "-q", "--include=*/jobyard/job/*", "-o", str(report)], cwd=ROOT, env=environment, check=True
    )
    files = json.loads(report.read_text())["files"]
    gaps = {
        name: (file["missing_lines"], file["missing_branches"])
        for name, file in files.items()
        if file["missing_lines"] or file["missing_branches"]
    }
    assert len(files) >= 9
    assert gaps == {}
