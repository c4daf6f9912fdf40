"""The synchronization of a dataset, to the letter of the protocol's page."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.datasets.messages import Batch, packed
from jobyard.datasets.record import Counts, Dataset, Sync
from jobyard.faces.modelarts.words.syncs import sync_out
from jobyard.job.clock import SECOND
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE
from tests.faces.modelarts.house import Caller, House

pytestmark = pytest.mark.anyio
FIELDS = {
    "add_sample_count": int,
    "create_time": int,
    "dataset_id": str,
    "deleted_sample_count": int,
    "duration_time": int,
    "error_code": str,
    "error_msg": str,
    "status": str,
    "task_id": str,
    "total_sample_count": int,
}
"""Every field of the page with its type."""


async def status(mia: Caller, dataset: str) -> dict[str, Any]:
    """Return how the synchronization stands, once its fields are seen to be those of the page."""
    answer = await mia("GET", f"/datasets/{dataset}/sync-data/status")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told: dict[str, Any] = answer.json()
    assert {name: type(value) for name, value in told.items()} == {name: FIELDS[name] for name in told}
    return told


async def begun(mia: Caller, dataset: str) -> None:
    answer = await mia("POST", f"/datasets/{dataset}/sync-data", {})
    assert (answer.status_code, answer.content) == (200, b"")


def stretch(*names: bytes, start: bytes = b"", last: bool = False) -> Any:
    entries = [(name, 5, 10**18, "") for name in names]
    return packed(Batch(start=start, entries=entries, upto=None if last else names[-1], skipped=0))


async def test_a_synchronization_goes_through_all_the_words_of_the_page(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made()
    assert await status(mia, dataset) == {"status": "NOT_EXIST", "dataset_id": dataset}

    await begun(mia, dataset)
    queued = await status(mia, dataset)
    assert queued.items() >= {"status": "QUEUING", "dataset_id": dataset, "add_sample_count": 0}.items()
    assert (await mia("GET", f"/datasets/{dataset}")).json()["status"] == 5

    work = await house.taken(dataset)
    assert (await status(mia, dataset))["status"] == "STARTING"
    assert queued["task_id"] == work.job.id

    await house.tell(work.job, "begun")
    await house.word(work, "open")
    await house.word(work, "apply", stretch(b"a.png", b"b.png"))
    running = await status(mia, dataset)
    assert (running["status"], running["add_sample_count"], running["total_sample_count"]) == ("RUNNING", 2, 2)
    house.clock.forward(3)
    await house.word(work, "apply", stretch(b"c.png", start=b"b.png", last=True))
    later = await status(mia, dataset)
    assert (later["add_sample_count"], later["duration_time"]) == (3, running["duration_time"] + 3)

    await house.word(work, "finish")
    await house.ended(work, "finish")
    done = await status(mia, dataset)
    assert done == later | {"status": "COMPLETED"} and "error_code" not in done
    shown = (await mia("GET", f"/datasets/{dataset}")).json()
    assert (shown["status"], shown["total_sample_count"], shown["running_tasks_id"]) == (1, 3, [])


async def test_files_that_are_gone_are_counted_as_deleted(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made()
    for names in ([b"a", b"b", b"c"], [b"b", b"c", b"d"]):
        await begun(mia, dataset)
        work = await house.taken(dataset)
        await house.tell(work.job, "begun")
        await house.word(work, "open")
        await house.word(work, "apply", stretch(*names, last=True))
        await house.word(work, "finish")
        await house.ended(work, "finish")
    told = await status(mia, dataset)
    counts = (told["add_sample_count"], told["deleted_sample_count"], told["total_sample_count"])
    assert counts == (1, 1, 3)


async def test_a_failed_one_says_with_which_code_and_why(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made()
    await begun(mia, dataset)
    work = await house.taken(dataset)
    path = str(house.files / "cats")
    for attempt in range(3):
        if attempt:
            house.clock.forward(3_600)
            await house.engine.keeper.round()
            work = await house.taken(dataset)
        await house.tell(work.job, "begun")
        await house.ended(work, "fail", message=f"{path} is not there: gone", code="source_missing")
    told = await status(mia, dataset)
    assert told["status"] == "FAILED"
    assert (told["error_code"], told["error_msg"]) == ("ModelArts.4312", f"{path} is not there: gone")
    await begun(mia, dataset)
    again = await status(mia, dataset)
    assert again["status"] == "QUEUING" and "error_code" not in again and again["task_id"] != told["task_id"]


async def test_a_stopped_one_is_told_as_failed_with_its_own_code(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made()
    await begun(mia, dataset)
    task = (await status(mia, dataset))["task_id"]
    await house.engine.jobs.cancel(HOUSE, task)
    told = await status(mia, dataset)
    assert (told["status"], told["error_code"]) == ("FAILED", "ModelArts.4393")
    assert told["error_msg"]


async def test_what_a_deleted_record_leaves_is_still_told(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made()
    await begun(mia, dataset)
    work = await house.taken(dataset)
    await house.tell(work.job, "begun")
    await house.word(work, "open")
    await house.word(work, "apply", stretch(b"a", last=True))
    await house.word(work, "finish")
    await house.ended(work, "finish")
    before = await status(mia, dataset)
    await house.engine.jobs.delete(HOUSE, work.job.id)
    after = await status(mia, dataset)
    assert after["status"] == "COMPLETED" and after["add_sample_count"] == 1
    assert after["task_id"] == before["task_id"]


async def test_only_one_at_a_time_and_never_one_of_texts(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made()
    await begun(mia, dataset)
    again = await mia("POST", f"/datasets/{dataset}/sync-data", {})
    assert (again.status_code, again.json()["error_code"]) == (400, "ModelArts.4355")
    assert "cats" in again.json()["error_msg"]
    for type_ in (100, 101, 102):
        texts = await mia.made(f"texts{type_}", dataset_type=type_)
        refused = await mia("POST", f"/datasets/{texts}/sync-data", {})
        assert (refused.status_code, refused.json()["error_code"]) == (501, "ModelArts.4383")
        assert (await status(mia, texts))["status"] == "NOT_EXIST"


@pytest.mark.parametrize("body", [None, b"", b"{}", b"null", b"[]", b"no json"])
async def test_the_body_of_the_question_counts_for_nothing(house: House, body: bytes | None) -> None:
    mia = house.caller()
    dataset = await mia.made()
    assert (await mia("POST", f"/datasets/{dataset}/sync-data", body)).status_code == 200


async def test_the_statuses_of_the_page(house: House) -> None:
    mia, max_ = house.caller(), house.caller("max")
    dataset = await mia.made()
    for method, path in [("GET", "sync-data/status"), ("POST", "sync-data")]:
        at = f"/datasets/{dataset}/{path}"
        nobody = house.caller(None, project=mia.project)
        assert (await nobody(method, at)).status_code == 401
        assert (await house.caller(token="jy_wrong", project=mia.project)(method, at)).status_code == 401
        foreign = await house.caller("max", project=mia.project)(method, at)
        assert (foreign.status_code, foreign.json()["error_code"]) == (403, "ModelArts.0210")
        unseen = await max_(method, at)
        assert (unseen.status_code, unseen.json()["error_code"]) == (404, "ModelArts.4352")
        for name in ("0" * 32, "cats", dataset.upper(), dataset + "0"):
            missing = await mia(method, f"/datasets/{name}/{path}")
            assert (missing.status_code, missing.json()["error_code"]) == (404, "ModelArts.4352"), name


async def test_a_viewer_of_a_shared_project_sees_and_changes_nothing(house: House) -> None:
    from jobyard.people.record import Role

    project = await house.project("shared", mia=Role.MEMBER, max=Role.VIEWER)
    mia, max_ = house.caller(project=project), house.caller("max", project=project)
    dataset = await mia.made()
    assert (await status(max_, dataset))["status"] == "NOT_EXIST"
    refused = await max_("POST", f"/datasets/{dataset}/sync-data", {})
    assert (refused.status_code, refused.json()["error_code"]) == (403, "ModelArts.4336")
    await begun(mia, dataset)
    assert (await status(max_, dataset))["status"] == "QUEUING"
    own = await house.caller("max")("GET", f"/datasets/{dataset}/sync-data/status")
    assert own.status_code == 404


DATASET = Dataset(
    id="d" * 32, number=1, name="cats", source="/cats", owner="mia", project=None, created_at=0, samples=7
)
JOB = Job(id="j" * 32, kind="dataset.sync", owner="mia", created_at=1_000_000, attempt=1, started_at=2_000_000)
SYNC = Sync(job=JOB.id, counts=Counts(added=4, deleted=2), started_at=3_000_000, finished_at=None)


@pytest.mark.parametrize("state", State)
def test_every_state_of_a_job_has_a_word(state: State) -> None:
    told = sync_out(DATASET, replace(JOB, state=state, begun_at=3_000_000), SYNC, 8 * SECOND)
    words = {
        State.DRAFT: "QUEUING",
        State.QUEUED: "QUEUING",
        State.RUNNING: "RUNNING",
        State.SUCCEEDED: "COMPLETED",
        State.FAILED: "FAILED",
        State.CANCELLED: "FAILED",
    }
    assert told.status == words[state]
    assert (told.create_time, told.total_sample_count) == (1_000, 7)
    assert isinstance(told.error_code, str) == (told.status == "FAILED")


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Failure(reason=Reason.ERROR, message="m", code="source_missing"), "4312"),
        (Failure(reason=Reason.ERROR, message="m", code="bucket_missing"), "4311"),
        (Failure(reason=Reason.ERROR, message="m", code="source_forbidden"), "4310"),
        (Failure(reason=Reason.ERROR, message="m", code="source_unreachable"), "4314"),
        (Failure(reason=Reason.ERROR, message="m", code="source_emptied"), "4340"),
        (Failure(reason=Reason.ERROR, message="m", code="source_not_allowed"), "4313"),
        (Failure(reason=Reason.ERROR, message="m", code="source_unreadable"), "4360"),
        (Failure(reason=Reason.ERROR, message="m"), "4360"),
        (Failure(reason=Reason.LOST, message="m"), "4392"),
        (Failure(reason=Reason.MEMORY, message="m"), "4392"),
        (Failure(reason=Reason.TIMEOUT, message="m"), "4392"),
        (Failure(reason=Reason.SIGNAL, message="m"), "4392"),
        (None, "4392"),
    ],
)
def test_what_went_wrong_has_the_code_of_the_protocol(failure: Failure | None, code: str) -> None:
    told = sync_out(DATASET, replace(JOB, state=State.FAILED, failure=failure), SYNC, 8 * SECOND)
    assert told.error_code == f"ModelArts.{code}"
    assert told.error_msg == (failure.message if failure else "The task failed.")


def test_times_are_those_of_the_newest_run() -> None:
    running = replace(JOB, state=State.RUNNING, begun_at=3_000_000)
    assert sync_out(DATASET, running, SYNC, 8_999_999).duration_time == 5
    assert sync_out(DATASET, replace(running, begun_at=None), None, 8_999_999).status == "STARTING"
    assert sync_out(DATASET, replace(running, begun_at=None), None, 8_999_999).duration_time == 6
    waits = sync_out(DATASET, replace(JOB, state=State.QUEUED), SYNC, 8_999_999)
    assert (waits.duration_time, waits.add_sample_count) == (0, 0)
    ended = replace(running, state=State.SUCCEEDED, finished_at=6_500_000)
    assert sync_out(DATASET, ended, SYNC, 99 * SECOND).duration_time == 3
    stranger = replace(SYNC, job="o" * 32)
    assert sync_out(DATASET, running, stranger, 8_999_999).add_sample_count == 0


def test_a_pass_without_a_job_is_told_by_how_far_it_came() -> None:
    done = replace(SYNC, finished_at=9_000_000)
    assert sync_out(DATASET, None, done, 0).status == "COMPLETED"
    assert sync_out(DATASET, None, done, 0).duration_time == 6
    cut = sync_out(DATASET, None, SYNC, 0)
    assert (cut.status, cut.error_code) == ("FAILED", "ModelArts.4393")
