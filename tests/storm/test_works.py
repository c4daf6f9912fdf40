"""Children, workers and the server are killed in the middle of every kind of work on datasets: results stay exact.

Each kind is done once in peace and once in the storm, by a client that only waits; both have to come to the same.
"""

from __future__ import annotations

import hashlib
import io
import random
import signal
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import psutil
import pytest
from PIL import Image

from jobyard.client import Jobyard
from jobyard.client.labelling import Revision
from jobyard.client.shapes import Annotations, Job, Label, Shape
from tests.cli.running import RunningHouse, eventually

pytestmark = pytest.mark.storm
PICTURES, BOXES, TRUE, STRIKES = 1_000, 5, 500, 3
FORMAT = "CVAT for images 1.1"


class Storm:
    """A house that is struck, and always up again."""

    def __init__(self, folder: Path, chance: random.Random, database: str) -> None:
        self._folder = folder
        self._chance = chance
        self._settings: dict[str, Any] = {"JOBYARD_DATABASE": database} if database else {}
        self.house = RunningHouse(folder, **self._settings)
        with self.house.client() as door:
            # What hangs at the door is good until the server stops; this outlives it.
            secret = door.keys.create("storm").secret
        self.client: Jobyard = self.house.client(secret, patience=120)

    def strike(self) -> None:
        """Kill what a worker has started, the worker, or the server with all of it."""
        victim = self._chance.choice(["child", "worker", "server"])
        if victim == "server":
            port = self.house.port
            self.house.kill()
            self.house = RunningHouse(self._folder, JOBYARD_PORT=str(port), **self._settings)
            return
        for pid in self.house.workers():
            worker = psutil.Process(pid)
            for one in worker.children(recursive=True) if victim == "child" else [worker]:
                one.send_signal(signal.SIGKILL)

    def done(self, submit: Callable[[], Job], strikes: int) -> Job:
        """Submit a job and wait for its end in one thread, while it is struck from another."""
        job = submit()
        with ThreadPoolExecutor(1) as waiting:
            ended = waiting.submit(self.client.wait, job.id, 300)
            for _ in range(strikes):
                mark = self._place(job)
                eventually(lambda mark=mark: self._place(job) != mark or ended.done(), 60)  # type: ignore[misc]
                if not ended.done():
                    self.strike()
            found: Job = ended.result()
        assert found.state == "succeeded", found.failure
        return found

    def file(self, job: Job, name: str = "") -> bytes:
        """Return a result file."""
        files = self.client.results(job.id)
        newest = max(file.attempt for file in files)
        [chosen] = [one for one in files if one.attempt == newest and (not name or one.name == name)]
        target = self._folder / f"{job.id}-{chosen.name}"
        return self.client.download(job.id, chosen.name, target).read_bytes()

    def foreign(self, method: str, path: str, body: Any = None) -> Any:
        """Ask at the door of CVAT's clients."""
        headers = {"Authorization": f"Bearer {self.house.plate.token}"}
        with httpx2.Client(trust_env=False, timeout=60) as http:
            answer = http.request(method, f"{self.house.plate.url}/api{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def _place(self, job: Job) -> tuple[str, int, float]:
        now = self.client.job(job.id)
        return now.state, now.attempt, now.progress.done if now.progress is not None else 0.0


@pytest.fixture(params=["sqlite", "postgres"])
def storm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storm]:
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    address = request.getfixturevalue("postgres_address") if request.param == "postgres" else ""
    made = Storm(tmp_path, random.Random(seed), address)
    yield made
    made.client.close()
    made.house.stop()


def pictures(count: int) -> bytes:
    """Return an archive of small pictures, no two the same."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place in range(count):
            picture = io.BytesIO()
            Image.new("RGB", (8, 8), (place % 256, place // 256, 0)).save(picture, "PNG")
            archive.writestr(f"{place:05d}.png", picture.getvalue())
    return out.getvalue()


def boxes(label: int, frames: range, shift: float = 0.0) -> Annotations:
    """Return boxes in each frame."""
    return Annotations(
        shapes=[
            Shape(frame=frame, label=label, kind="rectangle", points=[at + shift, 1.0, at + shift + 2.0, 4.0])
            for frame in frames
            for at in range(BOXES)
        ]
    )


def content(archive: bytes) -> dict[str, str]:
    """Return the sums of what an archive holds, by name, without what tells the time."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {
            name: hashlib.sha256(b"\n".join(_timeless(opened.read(name)))).hexdigest() for name in opened.namelist()
        }


def _timeless(text: bytes) -> list[bytes]:
    return [line for line in text.splitlines() if b"dumped" not in line and b"created" not in line]


def numberless(said: Annotations) -> list[Any]:
    """Return what was said, whatever its numbers are."""
    return sorted((one.frame, one.label, one.kind, tuple(one.points)) for one in said.shapes)


def filled(storm: Storm, name: str, archive: Path, strikes: int) -> tuple[str, int, dict[str, Any]]:
    """Make a dataset of pictures; return its id, its label and what the work said."""
    made = storm.client.datasets.create(name, labels=[Label(name="cat")])
    job = storm.done(lambda: storm.client.datasets.fill(made.id, [archive], tries=50), strikes)
    assert isinstance(job.result, dict)
    [label] = storm.client.datasets.labels(made.id)
    return made.id, label.number, job.result


def test_every_kind_is_struck_and_comes_to_the_same(storm: Storm, tmp_path: Path) -> None:
    archive = tmp_path / "pictures.zip"
    archive.write_bytes(pictures(PICTURES))
    client, work = storm.client, storm.client.datasets
    calm, label, told = filled(storm, "calm", archive, 0)
    struck, other, said = filled(storm, "struck", archive, STRIKES)
    assert said == told and said["frames"] == PICTURES
    for id_, number in ((calm, label), (struck, other)):
        work.annotate(id_, Revision(add=boxes(number, range(PICTURES))))

    def both(submit: Callable[[str], Job]) -> tuple[Job, Job]:
        return storm.done(lambda: submit(calm), 0), storm.done(lambda: submit(struck), STRIKES)

    one, two = both(lambda id_: work.export(id_, FORMAT, pictures=True, tries=50))
    exported = storm.file(two)
    assert content(storm.file(one)).keys() == content(exported).keys()
    assert len(content(exported)) == PICTURES + 1
    (tmp_path / "in.zip").write_bytes(exported)
    before = numberless(client.datasets.annotations(struck))
    one, two = both(lambda id_: work.import_annotations(id_, tmp_path / "in.zip", "CVAT 1.1", tries=50))
    assert one.result == two.result and two.result["annotations"] == PICTURES * BOXES
    assert numberless(client.datasets.annotations(struck)) == before

    one, two = both(lambda id_: work.backup(id_, tries=50))
    assert content(storm.file(one)).keys() == content(storm.file(two)).keys()
    (tmp_path / "back.zip").write_bytes(storm.file(two))
    restored = storm.done(lambda: work.restore(tmp_path / "back.zip", tries=50), STRIKES)
    assert isinstance(restored.result, dict)
    again = next(one for one in work.all() if one.number == restored.result["number"])
    assert again.samples == PICTURES
    assert [row[2:] for row in numberless(work.annotations(again.id))] == [row[2:] for row in before]

    one, two = both(lambda id_: work.report(id_, tries=50))
    assert one.result["scopes"] == two.result["scopes"]


def test_judging_is_struck_and_comes_to_the_same(storm: Storm, tmp_path: Path) -> None:
    folder = storm.house.sources / "pictures"
    folder.mkdir()
    for name, picture in _unpacked(pictures(TRUE)):
        (folder / name).write_bytes(picture)
    task = storm.foreign("POST", "/tasks", {"name": "judged", "labels": [{"name": "cat"}], "consensus_replicas": 2})
    number = task["id"]
    storm.foreign("POST", f"/tasks/{number}/data", {"server_files": ["pictures"], "image_quality": 70})
    eventually(lambda: storm.foreign("GET", f"/tasks/{number}")["size"] == TRUE, 60)
    truth = storm.foreign(
        "POST",
        "/jobs",
        {
            "task_id": number,
            "type": "ground_truth",
            "frame_selection_method": "manual",
            "frames": list(range(0, TRUE, 2)),
        },
    )
    work = storm.client.datasets
    dataset = next(one for one in work.all() if one.number == number)
    [label] = work.labels(dataset.id)
    jobs = storm.foreign("GET", f"/jobs?task_id={number}&page_size=all")["results"]
    replicas = [one["id"] for one in jobs if one["type"] == "replica"]
    work.annotate(dataset.id, Revision(add=boxes(label.number, range(TRUE))))
    work.annotate(dataset.id, Revision(layer=truth["id"], add=boxes(label.number, range(0, TRUE, 4), 0.2)))
    for place, replica in enumerate(replicas):
        work.annotate(dataset.id, Revision(layer=replica, add=boxes(label.number, range(TRUE), place / 4)))

    def twice(submit: Callable[[], Job]) -> tuple[Job, Job]:
        return storm.done(submit, 0), storm.done(submit, STRIKES)

    one, two = twice(lambda: work.quality(dataset.id, tries=50))
    name = f"quality_{number}.json"
    assert msgspec.json.decode(storm.file(one, name)) == msgspec.json.decode(storm.file(two, name))
    one, two = twice(lambda: work.merge(dataset.id, tries=50))
    assert one.result == two.result and one.result["frames"] == TRUE


def _unpacked(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            yield name, opened.read(name)
