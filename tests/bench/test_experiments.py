"""What is measured of experiments: the same points for both sides, and figures that say who was how much better."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.experiments import run as experiments
from bench.experiments import work
from bench.experiments.run import OURS, THEIRS, ExperimentsRun, Figure
from bench.machine import Machine
from bench.run import PAGE


def test_the_points_come_in_parts_and_none_is_left_out() -> None:
    parts = list(work.points(1_000, 300))
    assert [len(part) for part in parts] == [300, 300, 300, 100]
    every = [point for part in parts for point in part]
    assert len(set(every)) == 1_000 and {curve for curve, _ in every} == set(range(work.CURVES))
    assert len({work.value(*point) for point in every}) == 1_000


@pytest.fixture
def run() -> ExperimentsRun:
    where = Machine(
        day="2026-11-28",
        processor="p",
        cores=2,
        memory_gib=1.0,
        system="s",
        filesystem="f",
        fsync_ms=0.1,
        load=0.0,
        versions={"mlflow": "3"},
    )
    figures = [
        Figure(side=OURS, what="seconds", values=[1.0, 2.0, 9.0]),
        Figure(side=THEIRS, what="seconds", values=[9.0, 10.0, 11.0]),
        Figure(side=OURS, what="alone", values=[3.0]),
    ]
    return ExperimentsRun(machine=where, sizes=experiments.QUICK, figures=figures, missing=["mlflow FAILED: x"])


def test_medians_are_compared(run: ExperimentsRun) -> None:
    assert experiments.rows(run) == [("seconds", "2.00", "10.00", "5.0"), ("alone", "3.00", "", "")]


def test_figures_are_kept_as_json_and_in_their_part_of_the_page(run: ExperimentsRun, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    for _ in range(2):
        experiments.written(run, tmp_path / "results" / "experiments.json", page)
    text = page.read_text(encoding="utf-8")
    assert text.count("| seconds | 2.00 | 10.00 | 5.0 |") == 1 and text.count("mlflow FAILED: x") == 1
    assert text.count(experiments.BEGIN) == text.count(experiments.END) == 1
