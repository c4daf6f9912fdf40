"""Our side from end to end: a file is sent to a running house, a worker reads it, the house keeps it; and back again.

Prints for both turns what `ours` prints for one. Memory is that of server and worker above what they held before.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from PIL import Image

from bench import processes
from bench.engines import jobyard
from bench.formats.drawn import BOXES, HEIGHT, LABELS, WIDTH, highest, name
from bench.formats.ours import NAMES
from jobyard.client import Jobyard
from jobyard.client.shapes.jobs import Job
from jobyard.client.shapes.labels import Label

_WITHIN = 3_600.0
_LINKS = 10_000
"""Names that one file may have."""


def main(format_: str, folder: Path, count: int) -> None:
    """Take both turns once and tell of them."""
    with _house(folder, count) as (client, pids, dataset):
        written, read = NAMES[format_]
        told = {}
        for place in (folder / "warm", folder):
            archive = place / f"{format_}.zip"
            told["import"] = _turn(client, pids, partial(client.datasets.import_annotations, dataset, archive, read))
            told["export"] = _turn(client, pids, partial(client.datasets.export, dataset, written))
    print(json.dumps(told))


def _turn(client: Jobyard, pids: list[int], begin: Callable[[], Job]) -> dict[str, float]:
    processes.until_quiet(pids)
    before = _forgotten(processes.tree(pids))
    begun = time.perf_counter()
    job = client.wait(begin().id, timeout=_WITHIN)
    seconds = time.perf_counter() - begun
    grown = _highest(processes.tree(pids)) - before
    if job.state != "succeeded":
        raise RuntimeError(f"the job {job.state}: {job.failure}")
    result: dict[str, Any] = job.result
    boxes = result.get("annotations", result.get("frames", 0) * BOXES)
    return {"seconds": seconds, "MiB": grown, "boxes": boxes}


def _forgotten(pids: list[int]) -> float:
    """Let the processes forget what they held at their highest, and return the MiB that they hold now."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _highest(pids)


def _highest(pids: list[int]) -> float:
    """Return the MiB that the processes held, each at its highest."""
    return sum(highest(pid) for pid in pids) / 1024


@contextmanager
def _house(folder: Path, count: int) -> Iterator[tuple[Jobyard, list[int], str]]:
    """Run a server and a worker, with a dataset over so many pictures; give a client, who they are and the dataset."""
    room, pictures = folder / "house", folder / "house" / "pictures"
    pictures.mkdir(parents=True)
    _draw(pictures, count)
    with ExitStack() as stack:
        pid, where = stack.enter_context(jobyard.server(room, "", str(pictures)))
        words = ["--url", where["url"], "--token-file", where["key"], "--name", "bench", "--slots", "1"]
        command = [sys.executable, "-P", "-m", "jobyard", "work", *words]
        worker = stack.enter_context(processes.started(command, {}, room / "worker.log"))
        client = stack.enter_context(Jobyard(where["url"], where["token"]))
        dataset = client.datasets.create("bench", str(pictures)).id
        client.wait(client.datasets.sync(dataset).id, timeout=_WITHIN)
        client.datasets.change_labels(dataset, add=[Label(name=f"label{place}") for place in range(LABELS)])
        yield client, [pid, worker.pid], dataset


def _draw(folder: Path, count: int) -> None:
    """Draw one picture and call it by all names; the house looks at the head of each where a format wants sizes."""
    first = folder / name(0)
    for number in range(count):
        place = folder / name(number)
        if number % _LINKS == 0:
            first = place
            Image.new("RGB", (WIDTH, HEIGHT), "teal").save(first)
        else:
            os.link(first, place)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
