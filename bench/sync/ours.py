"""Jobyard end to end: a request submits the job, a worker runs it, and a client waits until it has ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import processes
from bench.engines import jobyard
from bench.equipment import ROOT
from bench.sync.taking import Cost, Turn, watching
from bench.sync.tree import Found, Tree
from jobyard.client import Jobyard

_WITHIN = 3_600.0


class Ours:
    """The server of `jobyard up` and the worker of `jobyard work`, over a folder or over a bucket of the same files."""

    promise = (
        "keeps each file with an id, its counts and its history; an answer means it is on disk; killed, it goes on"
    )

    def __init__(self, *, bucket: bool = False) -> None:
        self.name = "jobyard, bucket" if bucket else "jobyard"
        self._bucket = bucket

    @contextmanager
    def opened(self, room: Path, tree: Tree) -> Iterator[Turn]:
        with ExitStack() as stack:
            pid, where = stack.enter_context(jobyard.server(room, "", str(tree.folder)))
            words = ["--url", where["url"], "--token-file", where["key"], "--name", "bench", "--slots", "1"]
            command = [sys.executable, "-P", "-m", "jobyard", "work", *words]
            worker = stack.enter_context(processes.started(command, {}, room / "worker.log"))
            client = stack.enter_context(Jobyard(where["url"], where["token"]))
            source = self._source(stack, client, room, tree)
            dataset = client.datasets.create("bench", source).id
            _until_there(client)
            processes.until_quiet([pid, worker.pid])

            def turn(workload: str) -> tuple[Cost, Found]:
                with watching([pid, worker.pid]) as watched:
                    job = client.wait(client.datasets.sync(dataset).id, timeout=_WITHIN)
                    cost = watched.cost()
                if job.state != "succeeded":
                    raise RuntimeError(f"the job {job.state}: {job.failure}")
                result = job.result
                return cost, Found(result["added"], result["changed"], result["deleted"])

            yield turn

    def _source(self, stack: ExitStack, client: Jobyard, room: Path, tree: Tree) -> str:
        if not self._bucket:
            return str(tree.folder)
        command = [sys.executable, str(ROOT / "bench" / "sides" / "bucket.py"), str(tree.folder)]
        served = stack.enter_context(processes.started(command, {"PYTHONPATH": str(ROOT)}, room / "bucket.log"))
        url = served.stdout.readline().strip() if served.stdout else ""
        client.endpoints.set("bench", url, ["bench"], access="key", secret=os.urandom(8).hex())
        return "s3://bench/"


def _until_there(client: Jobyard) -> None:
    until = time.monotonic() + 30
    while not client.workers():
        if time.monotonic() > until:
            raise TimeoutError("the worker did not come")
        time.sleep(0.05)
