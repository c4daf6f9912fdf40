"""Kinds, queues, workers, counts, and looking after the house."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.people.record import HOUSE
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio


async def test_kinds_are_told_with_the_schema_of_their_parameters(house: House) -> None:
    async with house.client("vera") as client:
        sync, kind = (await client.get("/v1/kinds")).json()
    assert sync["name"] == "dataset.sync"
    assert (kind["name"], kind["title"], kind["queue"], kind["tries"]) == ("test.count", "Count up", "default", 2)
    assert kind["least_role"] == "member"
    fields = kind["parameters"]["$defs"]["CountParameters"]["properties"]
    assert fields["upto"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 3}
    assert fields["rate"]["anyOf"][0] == {"type": "number", "exclusiveMinimum": 0}


async def test_counts_are_those_of_what_one_may_see(house: House) -> None:
    await house.at("draft")
    await house.at("running")
    await house.at("failed")
    await house.submit("mia", queue="gpu")
    await house.submit("max")
    async with house.client() as client, house.client("ada") as everyone:
        counts = (await client.get("/v1/counts")).json()
        assert counts == {
            "draft": 1,
            "queued": 1,
            "running": 1,
            "succeeded": 0,
            "failed": 1,
            "cancelled": 0,
            "total": 4,
            "waiting_unserved": [],
        }
        assert (await everyone.get("/v1/counts")).json()["total"] == 5
        house.clock.forward(60)
        assert (await client.get("/v1/counts")).json()["waiting_unserved"] == ["gpu"]


async def test_queues_and_workers_are_shown_with_what_one_may_see(house: House) -> None:
    job = await house.running(name="mine")
    await house.submit(queue="gpu")
    async with house.client() as client, house.client("max") as other:
        queues = {queue["name"]: queue for queue in (await client.get("/v1/queues")).json()}
        assert queues["default"] == {
            "name": "default",
            "paused": False,
            "paused_by": None,
            "paused_at": None,
            "queued": 0,
            "running": 1,
            "workers": 1,
            "oldest_queued_at": None,
            "ended_last_5_minutes": 0,
            "ended_last_hour": 0,
        }
        assert (queues["gpu"]["queued"], queues["gpu"]["workers"]) == (1, 1)
        [worker] = (await client.get("/v1/workers")).json()
        assert (worker["name"], worker["alive"], worker["queues"]) == ("w1", True, ["default", "gpu"])
        assert worker["running"] == [{"id": job.id, "number": 1, "name": "mine", "kind": "test.count"}]
        [seen] = (await other.get("/v1/workers")).json()
        assert seen["running"] == []
        house.clock.forward(60)
        assert (await client.get("/v1/workers")).json()[0]["alive"] is False


async def test_old_jobs_are_counted_and_pruned(house: House) -> None:
    job = await house.running()
    await house.end(job, files={"x": b"x" * 100})
    kept = await house.at("failed")
    await house.engine.jobs.keep(HOUSE, kept.id, None, always=True)
    house.clock.forward(10 * 86_400)
    async with house.client("ada") as admin:
        counted = await admin.post("/v1/keep/prune", json={"older_than_days": 9.5, "dry_run": True})
        assert counted.json() == {"jobs": 1, "freed": 100}
        assert (await admin.get(f"/v1/jobs/{job.id}")).status_code == 200
        assert (await admin.post("/v1/keep/prune", json={"older_than_days": 11})).json() == {"jobs": 0, "freed": 0}
        assert (await admin.post("/v1/keep/prune", json={"older_than_days": 9.5})).json() == {"jobs": 1, "freed": 100}
        assert (await admin.get(f"/v1/jobs/{job.id}")).status_code == 404
        assert (await admin.get(f"/v1/jobs/{kept.id}")).status_code == 200
        assert (await admin.post("/v1/keep/prune", json={})).json() == {"jobs": 0, "freed": 0}
        for wrong in [-1, 10**12, "1"]:
            assert (await admin.post("/v1/keep/prune", json={"older_than_days": wrong})).status_code == 400


async def test_a_backup_is_made_into_an_empty_folder(house: House, tmp_path: Path) -> None:
    job = await house.running()
    await house.end(job, files={"x": b"x" * 100})
    folder = tmp_path / "backup"
    async with house.client("ada") as admin:
        made = (await admin.post("/v1/keep/backup", json={"folder": str(folder)})).json()
        assert made["folder"] == str(folder) and made["blobs"] == 1 and made["size"] > 100
        assert (folder / "jobyard.db").is_file()
        again = await admin.post("/v1/keep/backup", json={"folder": str(folder)})
        assert again.status_code == 400 and "not an empty folder" in again.json()["detail"]
        inside = await admin.post("/v1/keep/backup", json={"folder": f"{house.settings.folder}/backup"})
        assert inside.status_code == 400
        assert (await admin.post("/v1/keep/backup", json={"folder": ""})).status_code == 400


async def test_the_doctor_finds_a_missing_file(house: House) -> None:
    async with house.client("ada") as admin:
        found = (await admin.get("/v1/keep/doctor")).json()
        assert (found["findings"], found["notes"]) == ([], [])
        assert found["room"]["database"] > 0 and (found["room"]["blobs"], found["room"]["blob_count"]) == (0, 0)
        job = await house.running()
        await house.end(job, files={"model.bin": b"x"})
        [file] = await house.engine.results.files(HOUSE, job.id)
        house.blobs.path(file.blob).unlink()
        [finding] = (await admin.get("/v1/keep/doctor")).json()["findings"]
        assert "model.bin" in finding
