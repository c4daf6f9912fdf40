"""Datasets over the wire."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from jobyard.datasets.record import LabelledSample, Sample
from jobyard.datasets.sync import DatasetSync, SyncParameters
from jobyard.faces.native.words import sample_out
from jobyard.job.desk import Answer, Ask, Call
from jobyard.job.record import Job
from jobyard.people.record import KeyScope
from tests.faces.native.house import House, served

pytestmark = pytest.mark.anyio


class Outpost:
    """A context whose calls go over the wire."""

    def __init__(self, job: Job, folder: Path, client: httpx2.Client) -> None:
        self.job, self.attempt, self.folder = job, job.attempt, folder
        self.cancelled = False
        self._client = client

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        assert done >= 0

    def log(self, text: str) -> None:
        assert text

    def check(self) -> None:
        assert not self.cancelled

    def result_file(self, name: str, media_type: str = "application/octet-stream") -> Path:
        return self.folder / name

    def ask(self, verb: str, payload: Any = None) -> Callable[[], Any]:
        answer = self.call(verb, payload)
        return lambda: answer

    def call(self, verb: str, payload: Any = None) -> Any:
        word = Call(job=self.job.id, attempt=self.attempt, verb=verb, payload=payload)
        answer = self._client.post("/v1/desk/call", content=msgspec.msgpack.encode(word))
        assert answer.status_code == 200, answer.text
        said = msgspec.msgpack.decode(answer.content, type=Answer)
        assert said.wish == ""
        return said.value


def fill(source: Path, names: list[bytes]) -> None:
    """Write a file of each name, as long as its name."""
    (source / "sub").mkdir()
    for name in names:
        (source / os.fsdecode(name)).write_bytes(b"x" * len(name))


async def synchronized(house: House, dataset: str, folder: Path) -> str:
    """Let a worker synchronize a dataset; return the job."""
    async with house.client() as client:
        made = await client.post("/v1/jobs", json={"kind": "dataset.sync", "parameters": {"dataset": dataset}})
        assert made.status_code == 201, made.text
    ask = Ask(worker="w1", session="w1", kinds=("dataset.sync",))
    [assignment] = (await house.engine.desk.claim(house.worker, ask)).assignments
    headers = {"Authorization": f"Bearer {await house.token('ada', KeyScope.DESK)}"}
    with httpx2.Client(base_url=house.url, headers=headers, trust_env=False) as client:
        context = Outpost(assignment.job, folder, client)
        result = await asyncio.to_thread(DatasetSync().run, SyncParameters(dataset=dataset), context)
    await house.end(assignment.job, result=result)
    return str(assignment.job.id)


@pytest.fixture
async def stocked(built: Callable[..., House], tmp_path: Path) -> AsyncIterator[House]:
    root = tmp_path / "sources"
    for name in ("a", "b", "c"):
        (root / name).mkdir(parents=True)
    async with served(built(source_roots=(str(root),))) as house:
        await house.people()
        yield house


async def test_a_folder_is_taken_in_looked_at_and_forgotten(stocked: House, tmp_path: Path) -> None:
    source = str(tmp_path / "sources" / "a")
    async with stocked.client() as client, stocked.client("max") as other:
        made = await client.post("/v1/datasets", json={"name": "cats", "source": source})
        assert made.status_code == 201
        dataset = made.json()
        assert (dataset["name"], dataset["source"], dataset["owner"]) == ("cats", source, "mia")
        assert (dataset["samples"], dataset["size"], dataset["synced_at"], dataset["last_job"]) == (0, 0, None, None)
        path = f"/v1/datasets/{dataset['id']}"
        assert (await client.get(path)).json() == dataset
        assert (await client.get("/v1/datasets")).json() == {"datasets": [dataset], "next": None, "total": 1}
        assert (await client.get(f"{path}/samples")).json() == {"samples": [], "next": None, "total": 0}
        for method, where in [("GET", path), ("GET", f"{path}/samples"), ("DELETE", path)]:
            assert (await other.request(method, where)).status_code == 404
        assert (await other.get("/v1/datasets")).json()["total"] == 0
        assert (await client.post("/v1/datasets", json={"name": "cats", "source": source})).status_code == 409
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404
        assert (await client.delete(path)).status_code == 404


async def test_only_allowed_folders_are_sources(stocked: House, tmp_path: Path) -> None:
    inside = tmp_path / "sources"
    async with stocked.client() as client:
        for source in [
            "/etc",
            f"{inside}/../house0",
            f"{inside}-evil",
            "relative",
            "file:///etc",
            f"{inside}/missing",
            "x" * 5000,
        ]:
            answer = await client.post("/v1/datasets", json={"name": "d", "source": source})
            assert answer.status_code == 400, source
        for name in ["", " a", "a\nb", "0" * 32, "x" * 101]:
            answer = await client.post("/v1/datasets", json={"name": name, "source": f"{inside}/a"})
            assert answer.status_code == 400, name


async def test_pages_of_datasets_and_samples_follow_each_other(stocked: House, tmp_path: Path) -> None:
    async with stocked.client() as client:
        for name in ("a", "b", "c"):
            source = str(tmp_path / "sources" / name)
            await client.post("/v1/datasets", json={"name": name, "source": source})
        first = (await client.get("/v1/datasets?limit=2")).json()
        assert ([one["name"] for one in first["datasets"]], first["total"]) == (["c", "b"], 3)
        second = (await client.get(f"/v1/datasets?limit=2&cursor={first['next']}")).json()
        assert ([one["name"] for one in second["datasets"]], second["next"]) == (["a"], None)
        path = f"/v1/datasets/{first['datasets'][0]['id']}/samples"
        swapped = await client.get(f"{path}?cursor={first['next']}")
        assert swapped.status_code == 400 and swapped.json()["code"] == "wrong_cursor"
        for wrong in ["limit=0", "limit=501", "cursor=x", "after=1"]:
            assert (await client.get(f"{path}?{wrong}")).status_code == 400, wrong


async def test_a_synchronized_dataset_shows_its_files_in_the_order_of_their_bytes(
    stocked: House, tmp_path: Path
) -> None:
    source = tmp_path / "sources" / "a"
    names = [b"10.png", b"2.png", b"sub/1.png", b"sub.png", "größe.png".encode(), b"\xff.png"]
    fill(source, names)
    async with stocked.client() as client:
        dataset = (await client.post("/v1/datasets", json={"name": "cats", "source": str(source)})).json()["id"]
        job = await synchronized(stocked, dataset, tmp_path)
        shown = (await client.get(f"/v1/datasets/{dataset}")).json()
        assert (shown["samples"], shown["size"], shown["last_job"]) == (6, sum(map(len, names)), job)
        assert shown["synced_at"] is not None
        found, cursor = list[dict[str, Any]](), ""
        while True:
            page = (await client.get(f"/v1/datasets/{dataset}/samples?limit=2{cursor}")).json()
            assert page["total"] == 6 and len(page["samples"]) <= 2
            found += page["samples"]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        paths = [name.decode("utf-8", "backslashreplace").replace("\\xff", "\\udcff") for name in sorted(names)]
        assert [sample["path"] for sample in found] == paths
        assert [sample["size"] for sample in found] == [len(name) for name in sorted(names)]
        resource = (await client.get(f"/v1/jobs/{job}")).json()["resource"]
        assert (resource["type"], resource["id"]) == ("dataset", dataset)
        [listed] = (await client.get(f"/v1/jobs?resource_type=dataset&resource_id={dataset}")).json()["jobs"]
        assert listed["id"] == job


def test_a_path_that_is_no_text_is_shown_and_not_lost() -> None:
    path = os.fsencode("ordner/größe") + b"/\xff\xfe.png"
    sample = Sample(id="0" * 32, path=path, size=1, mtime_ns=-5, added_at=0, changed_at=0)
    shown = LabelledSample(sample=sample, number=1, annotated=False, by_hand=False, labels=())
    assert sample_out(shown).path == "ordner/größe/\\udcff\\udcfe.png"
