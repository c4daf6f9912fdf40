"""The bench runs: every measure with a handful of jobs. No figure is judged here."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from bench import body, client, processes, report
from bench.figures import Figure, Figures, Sizes, Step, percentile
from bench.run import PAGE, Bench

# A minute and more: it starts servers and workers for every measure.
pytestmark = pytest.mark.storm

TINY = Sizes(rounds=1, submit=20, drain=5, pickup=2, pages=2, listed=(60,))
RATES = {
    "jobyard": {"1 at a time: jobs/s", "16 at a time: jobs/s", "1 slot: jobs/s", "2 slots: jobs/s"},
    "floor": {"1 at a time: jobs/s", "16 at a time: jobs/s", "1 slot: jobs/s"},
}


def nothing(folder: Path) -> dict[str, float]:
    return {}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> report.Run:
    bench = Bench(tmp_path_factory.mktemp("bench"), with_peers=False, with_postgres=False)
    try:
        return bench.run(TINY, [], Console(file=StringIO()))
    finally:
        bench.close()


@pytest.mark.timeout(600)
def test_every_measure_gives_figures_and_nothing_goes_wrong(run: report.Run) -> None:
    assert run.missing == []
    assert {figure.measure for figure in run.figures} == {"submit", "drain", "pickup", "list", "requests", "memory"}
    for engine, names in RATES.items():
        found = {figure.name: figure for figure in run.figures if figure.engine == engine}
        assert names <= set(found)
        assert all(len(found[name].values) == TINY.rounds for name in names)
        assert all(value > 0 for name in names for value in found[name].values)


@pytest.mark.timeout(600)
def test_a_run_is_written_as_json_and_into_the_page_and_printed(run: report.Run, tmp_path: Path) -> None:
    page, results, said = tmp_path / "page.md", tmp_path / "results" / "latest.json", StringIO()
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    report.written(run, results, page)
    report.written(run, results, page)
    text = page.read_text(encoding="utf-8")
    assert text.count("### Submit") == text.count("| floor | an answer means") == 1
    assert text.startswith("# Benchmarks\n")
    again = msgspec.json.decode(results.read_bytes(), type=report.Run)
    assert again.machine == run.machine
    assert [figure.name for figure in again.figures] == [figure.name for figure in run.figures]
    report.printed(run, Console(file=said, width=400))
    assert "never ahead" in said.getvalue()


def test_the_page_has_the_place_where_the_figures_go() -> None:
    before, _, after = PAGE.read_text(encoding="utf-8").partition("<!-- figures: written by make bench -->")
    assert "## Figures" in before
    assert "<!-- figures: end -->" in after


def test_a_step_that_fails_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    def broken(folder: Path) -> dict[str, float]:
        raise RuntimeError("it fell over")

    bench = Bench(tmp_path, with_peers=False, with_postgres=False)
    figures = Figures()
    for run in (broken, lambda folder: {"1 slot: jobs/s": 5.0}):
        bench._take(Step(measure="drain", engine="x", run=run), figures)
    assert bench.missing == ["drain of x FAILED: RuntimeError: it fell over"]
    assert [figure.values for figure in figures.compared()] == [[5.0]]
    assert list(tmp_path.iterdir()) == []


def test_ratios_say_how_much_better_jobyard_did_for_rates_and_for_costs() -> None:
    figures = Figures()
    for rate, cost in ((100.0, 2.0), (300.0, 1.0)):
        figures.add(Step(measure="m", engine="jobyard", run=nothing), {"a jobs/s": rate, "a ms": cost})
        figures.add(Step(measure="m", engine="peer", run=nothing), {"a jobs/s": 100.0, "a ms": 4.0, "only ms": 1.0})
    found = {(figure.engine, figure.name): figure for figure in figures.compared()}
    assert found["peer", "a jobs/s"].times_better == pytest.approx(2.0)
    assert found["peer", "a ms"].times_better == pytest.approx(3.0)
    assert found["peer", "only ms"].times_better is None
    assert found["jobyard", "a jobs/s"].median == pytest.approx(200.0)


def test_memory_is_a_measure_of_its_own() -> None:
    figures = Figures()
    figures.add(Step(measure="pickup", engine="x", run=nothing), {"p50 ms": 1.0, "idle: PSS MiB": 20.0})
    assert [(figure.measure, figure.name) for figure in figures.compared()] == [
        ("pickup", "p50 ms"),
        ("memory", "idle: PSS MiB"),
    ]


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 3.0), (0.95, 5.0), (1.0, 5.0)])
def test_percentiles(share: float, expected: float) -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], share) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(12_345.6, "12,346"), (123.4, "123"), (45.67, "45.7"), (0.0312, "0.0312"), (0.0, "0")]
)
def test_numbers_have_three_digits_that_count(value: float, expected: str) -> None:
    assert report._cell(Figure(measure="m", engine="x", name="n", values=[value])) == expected


def test_records_come_back_in_the_order_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = body.Records(tmp_path / "records")
    monkeypatch.setenv(body.VARIABLE, str(records.path))
    for number in (3, 1, 2):
        body.append(number)
    assert [number for number, _ in records.begun()] == [3, 1, 2]
    moments = [moment for _, moment in records.begun()]
    assert moments == sorted(moments)
    with pytest.raises(TimeoutError, match="3 of 4 jobs"):
        records.wait(4, 0.01)


def test_threads_submit_each_number_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    taken = list[int]()
    monkeypatch.setattr(sys, "argv", ["client", "submit", "50", "4"])
    client.run(lambda: taken.append)
    assert sorted(taken) == list(range(50))
    told = msgspec.json.decode(capsys.readouterr().out)
    assert told["count"] == 46
    assert told["seconds"] > 0


@pytest.mark.parametrize("fails", [1, 20], ids=["while it warms up", "on the way"])
def test_a_connection_that_fails_is_told_and_nobody_waits_for_it(monkeypatch: pytest.MonkeyPatch, fails: int) -> None:
    def submit(number: int) -> None:
        if number == fails:
            raise OSError("it fell over")

    monkeypatch.setattr(sys, "argv", ["client", "submit", "50", "4"])
    with pytest.raises(OSError, match="it fell over"):
        client.run(lambda: submit)


def test_a_program_is_ended_with_whatever_it_started(tmp_path: Path) -> None:
    code = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    with processes.started([sys.executable, "-c", code], {}, tmp_path / "log") as program:
        assert program.stdout is not None
        child = int(program.stdout.readline())
        assert set(processes.tree([program.pid])) == {program.pid, child}
        assert processes.memory([program.pid]).rss > 1
        assert processes.processor([program.pid]) >= 0
    assert processes.tree([program.pid, child]) == []


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="it is broken"):
        processes.told([sys.executable, "-c", "raise SystemExit('it is broken')"], {}, tmp_path / "log")


def test_the_command_line_knows_its_measures() -> None:
    said = subprocess.run(
        [sys.executable, "bench/run.py", "--help"], capture_output=True, text=True, cwd=PAGE.parents[2]
    )
    assert said.returncode == 0
    assert all(name in said.stdout for name in ("submit", "drain", "pickup", "list", "--quick"))
