"""A million files or objects take no more memory than a few thousand: measured in a process that does only this."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.datasets.sources.stub import Numbered, serving

BOUND = 64
"""MiB above what the process held before it began."""
PROGRAM = """
import sys
from typing import Any
import msgspec
from jobyard.datasets import sync
from jobyard.datasets.messages import Applied, Finished, Opened, Reach, packed
from jobyard.datasets.record import Counts, Purpose

def held(name):
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith(name))) // 1024

class Context:
    listed, cursor, passed = 0, b"", False
    def call(self, verb, payload=None):
        body = msgspec.msgpack.encode(payload)
        if verb == "datasets.open":
            return packed(Opened(name="x", source=sys.argv[1], roots=(sys.argv[1],), expected=0, applied=self.applied(),
                purpose=Purpose.FREE, read_labels=False, reach=self.reach()))
        if verb == "datasets.apply":
            batch = msgspec.msgpack.decode(body)
            self.listed += len(batch["entries"])
            self.cursor, self.passed = batch["upto"] or self.cursor, batch["upto"] is None
            return packed(self.applied())
        return packed(Finished(samples=self.listed, size=0, counts=Counts(listed=self.listed), changes=[]))
    def applied(self):
        return Applied(cursor=self.cursor, passed=self.passed, counts=Counts(listed=self.listed))
    def reach(self):
        if not sys.argv[1].startswith("http"):
            return None
        return Reach(url=sys.argv[1], bucket="bucket", prefix="images/", region="x", host_style=False)
    def check(self): pass
    def log(self, text): pass
    def progress(self, done, total=None, text=""): pass
    def result_file(self, name, media_type=""):
        import pathlib
        return pathlib.Path("/dev/null")

idle = held("VmRSS")
found = sync.DatasetSync().run(sync.SyncParameters(dataset="x"), Context())
print(found["samples"], held("VmHWM") - idle)
"""


def growth(place: str) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, place], capture_output=True, text=True, timeout=1500, check=False
    )
    assert done.returncode == 0, done.stderr
    listed, grown = done.stdout.split()
    print(listed, "listed,", grown, "MiB grown")
    return int(listed), int(grown)


def test_a_hundred_thousand_objects_stay_within_bounds() -> None:
    with serving(Numbered(100_000)) as stub:
        listed, grown = growth(stub.url)
    assert listed == 100_000
    assert grown < BOUND


@pytest.mark.storm
def test_a_million_objects_stay_within_bounds() -> None:
    with serving(Numbered(1_000_000)) as stub:
        listed, grown = growth(stub.url)
    assert listed == 1_000_000
    assert grown < BOUND


@pytest.mark.storm
@pytest.mark.parametrize("in_one", [1_000, 1_000_000])
def test_a_million_files_stay_within_bounds(tmp_path: Path, in_one: int) -> None:
    for number in range(1_000_000):
        place = tmp_path / f"{number // in_one:04}"
        if number % in_one == 0:
            place.mkdir()
        os.close(os.open(place / f"{number:07}.jpg", os.O_WRONLY | os.O_CREAT))
    listed, grown = growth(str(tmp_path))
    assert listed == 1_000_000
    assert grown < BOUND
