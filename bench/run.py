"""Measures Jobyard against its peers and against SQLite itself: one run, one machine, the same work.

`python bench/run.py` measures everything and writes `bench/results` and `docs/reference/benchmarks.md`.
With `--quick`, or with the names of some measures, only the JSON is written; `requests`, `sync`, `tables`, `formats`
and `experiments` alone write their own parts of both.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: E402

from bench import equipment, machine, report  # noqa: E402 - the folder must be on the path first
from bench.engines import Engine, floor, jobyard, peers  # noqa: E402
from bench.experiments import run as experiments  # noqa: E402
from bench.figures import FULL, QUICK, Figures, Sizes, Step  # noqa: E402
from bench.formats import run as formats  # noqa: E402
from bench.measures import drain, listing, pickup, requests, submit  # noqa: E402
from bench.sync import report as sync_report  # noqa: E402
from bench.sync import run as sync  # noqa: E402
from bench.tables import run as tables  # noqa: E402

MEASURES = (submit, drain, pickup, listing, requests)
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
RESULTS = ROOT / "bench" / "results" / "latest.json"
REQUESTS_RESULTS = ROOT / "bench" / "results" / "requests.json"
SYNC_RESULTS = ROOT / "bench" / "results" / "sync.json"
TABLES_RESULTS = ROOT / "bench" / "results" / "tables.json"
FORMATS_RESULTS = ROOT / "bench" / "results" / "formats.json"
EXPERIMENTS_RESULTS = ROOT / "bench" / "results" / "experiments.json"
APART = frozenset({sync.NAME, tables.NAME, formats.NAME, experiments.NAME})
"""Measures that are no engines' and write their own part of the page."""
NO_REDIS = "RQ IS LEFT OUT: there is no redis-server here, and it could not be installed."


class Bench:
    """One run. The peers and PostgreSQL are there only when they are asked for."""

    def __init__(self, folder: Path, *, with_peers: bool = True, with_postgres: bool = True) -> None:
        self.folder = folder
        self.missing: list[str] = []
        self._postgres = equipment.Postgres(folder / "postgres") if with_postgres else None
        self._versions: dict[str, str] = {}
        self.engines = jobyard.engines(self._postgres)
        if with_peers:
            python, redis = equipment.peers_python(), equipment.redis_program()
            self.engines += peers.engines(python, with_redis=redis is not None)
            self._versions = machine.peers_versions(python)
            self.missing += [] if redis else [NO_REDIS]

    def run(self, sizes: Sizes, names: Sequence[str], console: Console) -> report.Run:
        """Take all steps of the named measures, round after round."""
        described = machine.described(self.folder, self._postgres, self._versions)
        figures = Figures()
        turns = self._turns(sizes, names)
        columns = (TextColumn("{task.description:52}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("", total=len(turns))
            for step in turns:
                progress.update(task, description=f"{step.measure}: {step.engine}")
                self._take(step, figures)
                progress.advance(task)
        promises = {engine.name: engine.promise for engine in self.engines} | {"floor": floor.PROMISE}
        return report.Run(
            machine=described,
            rounds=sizes.rounds,
            promises=promises,
            figures=figures.compared(),
            missing=self.missing,
        )

    def close(self) -> None:
        """Stop what serves the whole run."""
        if self._postgres is not None:
            self._postgres.stop()

    def _turns(self, sizes: Sizes, names: Sequence[str]) -> list[Step]:
        chosen = [one for one in MEASURES if not names or one.NAME in names]
        steps = [step for one in chosen for step in one.steps(sizes, self._fitting(one.NAME))]
        rounds = [[step for step in steps if number == 0 or not step.once] for number in range(sizes.rounds)]
        return [step for one in rounds for step in one]

    def _fitting(self, measure: str) -> list[Engine]:
        """Return the engines that differ in this measure: how one submits is nothing to its workers, and so on."""
        unlike = {"submit": ("never ahead", "SimpleWorker, AOF everysec"), "drain": ("bare HTTP",)}
        unlike |= {"pickup": ("never ahead", "AOF always")}
        return [one for one in self.engines if not one.name.endswith(unlike.get(measure, ()))]

    def _take(self, step: Step, figures: Figures) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="turn-", ignore_cleanup_errors=True) as own:
            try:
                figures.add(step, step.run(Path(own)))
            except Exception as error:  # noqa: BLE001 - one engine's trouble is told, and the others go on
                self.missing.append(f"{step.measure} of {step.engine} FAILED: {type(error).__name__}: {error}")


def main() -> int:
    """Do what the command line says; return the exit code, 1 when something could not be measured."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [*(one.NAME for one in MEASURES), *sorted(APART)]
    asked.add_argument("names", nargs="*", choices=[[], *names], help="only these measures")
    asked.add_argument("--quick", action="store_true", help="one round of few jobs")
    asked.add_argument("--files", type=int, action="append", help="so many files, for sync alone; several times")
    asked.add_argument("--without-peers", action="store_true", help="Jobyard and the floor alone")
    asked.add_argument("--without-postgres", action="store_true", help="SQLite alone")
    words = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))  # so that what was started is ended too
    console = Console()
    equipment.CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=equipment.CACHE, prefix="run-"))
    # PostgreSQL runs as a user of its own where we are root.
    folder.chmod(0o755)
    try:
        troubles = 0
        if not words.names or set(words.names) - APART:
            troubles += _engines(folder, words, console)
        if not words.names or sync.NAME in words.names:
            troubles += _sync(folder, words, console)
        if not words.names or tables.NAME in words.names:
            troubles += _tables(folder, words, console)
        if not words.names or formats.NAME in words.names:
            troubles += _formats(folder, words, console)
        if not words.names or experiments.NAME in words.names:
            troubles += _experiments(folder, words, console)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if troubles else 0


def _engines(folder: Path, words: argparse.Namespace, console: Console) -> int:
    """Measure the engines; return how much could not be measured."""
    bench = Bench(folder, with_peers=not words.without_peers, with_postgres=not words.without_postgres)
    names = [name for name in words.names if name not in APART]
    try:
        run = bench.run(QUICK if words.quick else FULL, names, console)
    finally:
        bench.close()
    report.printed(run, console)
    whole = not (words.quick or names or words.without_peers or words.without_postgres)
    if names == [requests.NAME] and not (words.quick or words.without_peers):
        report.written(run, REQUESTS_RESULTS, PAGE, requests.NAME)
    else:
        report.written(run, RESULTS, PAGE if whole else None)
    return len(run.missing)


def _sync(folder: Path, words: argparse.Namespace, console: Console) -> int:
    """Measure synchronizing; return how much could not be measured."""
    sizes = words.files or (sync.QUICK if words.quick else sync.SIZES)
    run = sync.measured(folder, sizes, sync.tools(with_peers=not words.without_peers), console)
    sync_report.printed(run, console)
    if not (words.quick or words.files or words.without_peers):
        sync.written(run, SYNC_RESULTS)
        sync_report.into_page(run, PAGE)
    return len(run.missing)


def _tables(folder: Path, words: argparse.Namespace, console: Console) -> int:
    """Measure workflows; return how much could not be measured."""
    records = tables.QUICK if words.quick else tables.RECORDS
    run = tables.measured(folder, records, with_peers=not words.without_peers)
    tables.printed(run, console)
    if not (words.quick or words.without_peers):
        tables.written(run, TABLES_RESULTS, PAGE)
    return len(run.missing)


def _formats(folder: Path, words: argparse.Namespace, console: Console) -> int:
    """Measure formats; return how much could not be measured."""
    sizes = formats.QUICK if words.quick else formats.SIZES

    def told(run: formats.FormatsRun) -> None:
        """Print and keep what is known by now, so that a run that is broken off leaves what it found."""
        formats.printed(run, console)
        if not (words.quick or words.without_peers):
            formats.written(run, FORMATS_RESULTS, PAGE)

    return len(formats.measured(folder, sizes, with_peers=not words.without_peers, told=told).missing)


def _experiments(folder: Path, words: argparse.Namespace, console: Console) -> int:
    """Measure experiments; return how much could not be measured."""
    sizes, rounds = (experiments.QUICK, 1) if words.quick else (experiments.SIZES, experiments.ROUNDS)
    run = experiments.measured(folder, sizes, with_peers=not words.without_peers, rounds=rounds, console=console)
    experiments.printed(run, console)
    if not (words.quick or words.without_peers):
        experiments.written(run, EXPERIMENTS_RESULTS, PAGE)
    return len(run.missing)


if __name__ == "__main__":
    sys.exit(main())
