from __future__ import annotations

import io
import re

import fastexcel
import msgspec
import polars as pl
import pytest

from jobyard.faces.alteryx.words import jobs as words
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Role
from jobyard.workflows.files import yxdb_file
from tests.faces.alteryx.house import House, failing, writing
from tests.faces.leaving import left_open

pytestmark = pytest.mark.anyio
KEYS = {
    *("id", "appId", "createDateTime", "status", "disposition"),
    *("outputs", "messages", "priority", "workerTag", "runWithE2"),
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def test_a_job_has_the_ten_keys_and_leaves_what_it_wrote(house: House) -> None:
    mine = house.caller()
    workflow = await mine.upload(writing((1, "x"), (2, "y")))
    id_ = await mine.run(workflow, priority="High", questions=[])
    queued = await mine.got(f"/v3/jobs/{id_}")
    assert set(queued) == KEYS
    assert (queued["appId"], queued["status"], queued["disposition"]) == (workflow, "Queued", "None")
    assert (queued["priority"], queued["workerTag"], queued["runWithE2"]) == ("High", "", False)
    assert TIME.fullmatch(queued["createDateTime"])
    await house.work()
    ended = await mine.got(f"/v3/jobs/{id_}")
    assert (ended["status"], ended["disposition"]) == ("Completed", "Success")
    assert all(set(message) == {"status", "text", "toolId"} for message in ended["messages"])
    assert (4, "Finished running flow.yxmd with 0 warnings.", -1) in [
        (one["status"], one["text"], one["toolId"]) for one in ended["messages"]
    ]
    [output] = ended["outputs"]
    assert (output["fileName"], output["name"], output["format"]) == ("out.csv", "out.csv", "Csv")
    assert output["availableFormats"] == ["Raw", "Csv", "Xlsx", "Json", "Parquet", "Html", "Yxdb"]
    for version in ("v1", "v3"):
        for asked in ("", "?format=Raw", "?format=csv"):
            answer = await mine("GET", f"/{version}/jobs/{id_}/output/{output['id']}/{asked}")
            assert answer.content == b"a,b\r\n1,x\r\n2,y\r\n"
            assert 'filename="out.csv"' in answer.headers["content-disposition"]
    output_at, bearer = f"/webapi/v1/jobs/{id_}/output/{output['id']}", f"Bearer {house.tokens['mia']}"
    assert not await left_open(house.door, output_at, bearer)
    assert not await left_open(house.door, f"{output_at}?format=Json", bearer)
    assert "none of Raw, Csv" in str(
        (await mine("GET", f"/v1/jobs/{id_}/output/{output['id']}?format=Pdf")).json()["modelState"]
    )
    assert "no output" in await mine.refused(404, "GET", f"/v3/jobs/{id_}/output/{'0' * 24}")


async def test_an_output_is_handed_out_in_every_format_that_it_tells_of(house: House) -> None:
    mine = house.caller()
    id_ = await mine.run(await mine.upload(writing((1, "<x>"), (2, None))))
    await house.work()
    [output] = (await mine.got(f"/v3/jobs/{id_}"))["outputs"]
    made = dict[str, bytes]()
    for format_ in output["availableFormats"]:
        answer = await mine("GET", f"/v1/jobs/{id_}/output/{output['id']}?format={format_}")
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["content-length"]) == len(answer.content)
        made[format_] = answer.content
        ending = "csv" if format_ == "Raw" else format_.lower()
        assert f'filename="out.{ending}"' in answer.headers["content-disposition"]
    assert made["Raw"] == made["Csv"]
    assert msgspec.json.decode(made["Json"]) == [{"a": "1", "b": "<x>"}, {"a": "2", "b": None}]
    assert pl.read_parquet(io.BytesIO(made["Parquet"])).rows() == [("1", "<x>"), ("2", None)]
    assert fastexcel.read_excel(made["Xlsx"]).load_sheet(0).to_polars().rows() == [("1", "<x>"), ("2", None)]
    assert "<td>1</td><td>&lt;x&gt;</td>" in made["Html"].decode()
    records = yxdb_file.read(io.BytesIO(made["Yxdb"]), "out.yxdb", 0, lambda: None)
    assert records.frame.rows() == [("1", "<x>"), ("2", None)]


async def test_a_file_that_is_no_table_after_all_says_so(house: House) -> None:
    mine = house.caller()
    id_ = await mine.run(await mine.upload(writing(name="out.json").replace(b'FileFormat="0"', b"")))
    await house.work()
    [output] = (await mine.got(f"/v3/jobs/{id_}"))["outputs"]
    _, path = await house.engine.results.open(HOUSE, id_, "out.json")
    path.chmod(0o600)
    path.write_bytes(b'{"no": "table"}')
    answer = await mine("GET", f"/v3/jobs/{id_}/output/{output['id']}?format=xlsx")
    assert answer.status_code == 400
    assert answer.json()["modelState"] == {
        "format": ["The file cannot be made into it: The file out.json cannot be read: it is no list of records."]
    }


async def test_messages_are_left_out_where_that_is_asked(house: House) -> None:
    mine = house.caller()
    id_ = await mine.run(await mine.upload(writing()))
    assert set(await mine.got(f"/v3/jobs/{id_}?includeMessages=true")) == KEYS
    assert set(await mine.got(f"/v3/jobs/{id_}?includeMessages=")) == KEYS
    assert set(await mine.got(f"/v3/jobs/{id_}?includemessages=False")) == KEYS - {"messages"}
    await mine.refused(400, "GET", f"/v3/jobs/{id_}?includeMessages=perhaps")


async def test_a_run_that_fails_was_completed_with_an_error_that_names_the_tool(house: House) -> None:
    mine = house.caller()
    id_ = await mine.run(await mine.upload(failing()))
    await house.work()
    ended = await mine.got(f"/v3/jobs/{id_}")
    assert (ended["status"], ended["disposition"], ended["outputs"]) == ("Completed", "Error", [])
    errors = [(one["toolId"], one["text"]) for one in ended["messages"] if one["status"] == 3]
    assert errors[0] == (2, "Spatial Match (2): this tool is not done here")


async def test_messages_are_for_curators_who_are_asked_before_the_job_is_looked_for(house: House) -> None:
    mine, olga = house.caller(), house.caller("olga")
    id_ = await mine.run(await mine.upload(writing()))
    await house.work()
    told = await olga.got(f"/v3/jobs/{id_}/messages")
    assert told == (await mine.got(f"/v3/jobs/{id_}"))["messages"]
    for job in (id_, "0" * 32):
        assert await mine.refused(401, "GET", f"/v3/jobs/{job}/messages") == "Only Curators can use this."
    await olga.refused(404, "GET", f"/v3/jobs/{'0' * 32}/messages")


async def test_a_queued_job_is_deleted_and_gone_and_a_running_one_cancelled(house: House) -> None:
    mine = house.caller()
    workflow = await mine.upload(writing())
    queued = await mine.run(workflow)
    answer = await mine("DELETE", f"/v3/jobs/{queued}")
    assert (answer.status_code, answer.json()) == (200, {"message": "Deleted Successfully."})
    await mine.refused(404, "GET", f"/v3/jobs/{queued}")
    await mine.refused(404, "DELETE", f"/v3/jobs/{queued}")
    assert (await house.engine.listing.job(HOUSE, queued)).state is State.CANCELLED
    running = await mine.run(workflow)
    assignment = await house.take()
    assert assignment is not None and assignment.job.id == running
    assert (await mine.got(f"/v3/jobs/{running}"))["status"] == "Running"
    for _ in range(2):  # a wish is a wish, however often it is said
        answer = await mine("DELETE", f"/v3/jobs/{running}")
        assert (answer.status_code, answer.json()) == (200, {"message": "Cancelled Successfully."})
    await house.end(assignment.job, "stop")
    ended = await mine.got(f"/v3/jobs/{running}")
    assert (ended["status"], ended["disposition"]) == ("Cancelled", "Cancelled")
    said = await mine.refused(400, "DELETE", f"/v3/jobs/{running}")
    assert said == "This job is not in 'Queued' or 'Running' state."
    assert [one["id"] for one in await mine.got(f"/v3/workflows/{workflow}/jobs")] == [running]


async def test_who_may_cancel(house: House) -> None:
    shared = await house.project("team", mia=Role.MEMBER, max=Role.MEMBER, vera=Role.VIEWER)
    mine = house.caller()
    workflow = await mine.upload(writing(), projectId=shared)
    first, second = await mine.run(workflow), await mine.run(workflow)
    said = await house.caller("vera").refused(400, "DELETE", f"/v3/jobs/{first}")
    assert said == "You do not have permission to cancel this job."
    assert (await house.caller("max")("DELETE", f"/v3/jobs/{first}")).status_code == 200
    assert (await house.caller("olga")("DELETE", f"/v3/jobs/{second}")).status_code == 200
    private = await mine.run(await mine.upload(writing()))
    for stranger in ("max", "vera"):
        await house.caller(stranger).refused(404, "GET", f"/v3/jobs/{private}")
        await house.caller(stranger).refused(404, "DELETE", f"/v3/jobs/{private}")


async def test_jobs_are_listed_by_workflow_with_filters_and_rows(house: House) -> None:
    mine = house.caller()
    workflow = await mine.upload(writing())
    ids = [await mine.run(workflow, priority=word) for word in ("Low", "Default", "Critical", "Medium")]
    await mine.run(await mine.upload(writing()))
    await house.work()  # the critical one
    path = f"/v3/workflows/{workflow}/jobs"

    async def found(asked: str = "") -> list[int]:
        return [ids.index(one["id"]) for one in await mine.got(path + asked)]

    assert await found() == [3, 2, 1, 0]
    assert await found("?direction=Ascending&limit=2&offset=1") == [1, 2]
    assert await found("?sortField=priority&direction=desc") == [2, 3, 1, 0]
    assert await found("?status=Queued") == [3, 1, 0]
    assert await found("?status=Complete&resultCode=Success") == await found("?status=completed") == [2]
    assert await found("?status=Error") == await found("?resultCode=Warning") == []
    [one] = await mine.got(path + "?status=Complete")
    assert set(one) == {"id", "createDate", "status", "priority", "workerTag", "runWithE2"}
    for wrong in ("sortField=colour", "direction=up", "limit=0", "limit=x", "offset=-1", "status=Late", "resultCode=7"):
        answer = await mine("GET", f"{path}?{wrong}")
        assert answer.status_code == 400, wrong
        assert list(answer.json()["modelState"]) == [wrong.partition("=")[0]]
    await house.caller("max").refused(404, "GET", path)


async def test_all_jobs_are_listed_in_pages_for_documents_and_for_clients(house: House) -> None:
    mine, olga = house.caller(), house.caller("olga")
    workflow = await mine.upload(writing(), name="Weekly")
    ids = [await mine.run(workflow) for _ in range(3)]
    other = await house.caller("max").run(await house.caller("max").upload(writing(), name="Other"))
    gone = await mine.run(workflow)
    await mine("DELETE", f"/v3/jobs/{gone}")
    await house.submit("mia")  # no workflow's
    await house.work()
    page = await olga.got("/v3/jobs?limit=3")
    assert [one["jobId"] for one in page["data"]] == [other, ids[2], ids[1]]
    assert page["pagination"] == {
        "currentPage": 1,
        "pageSize": 3,
        "totalItems": 4,
        "totalPages": 2,
        "hasNextPage": True,
        "hasPreviousPage": False,
    }
    last = await olga.got("/v3/jobs/?page=2&pageSize=3")
    [row], [whole] = last["data"], last["jobs"]
    assert (row["jobId"], whole["id"], last["pagination"]["hasPreviousPage"]) == (ids[0], ids[0], True)
    assert (row["status"], row["workflowName"], row["workflowId"]) == ("Completed", "Weekly", workflow)
    assert (row["submittedBy"], row["priority"]) == ("mia", "Default")
    assert re.fullmatch(r"00:00:\d\d\.\d{3}", row["executionTime"])
    assert set(whole) == KEYS and [one["fileName"] for one in whole["outputs"]] == ["out.csv"]

    async def found(asked: str) -> set[str]:
        return {one["jobId"] for one in (await olga.got(f"/v3/jobs?{asked}"))["data"]}

    assert await found("workflowNames=weekly") == await found(f"workflowId={workflow}") == set(ids)
    assert await found(f"users={house.ids['max']}") == {other}
    assert await found("users=nobody") == await found("allUsers=false") == set()
    assert await found("statuses=Complete,Running") == {ids[0]}
    assert await found("priorities=High") == set()
    assert await found("completedAfter=2020-01-01T00:00:00Z&completedBefore=2100-01-01") == {ids[0]}
    assert {one["jobId"] for one in (await mine.got("/v3/jobs"))["data"]} == set(ids)
    await olga.refused(400, "GET", "/v3/jobs?completedAfter=yesterday")


async def test_a_job_of_another_kind_is_read_as_a_job_here_too(house: House) -> None:
    job = await house.at("failed")
    told = await house.caller().got(f"/v3/jobs/{job.id}")
    assert (told["status"], told["disposition"]) == ("Completed", "Error")
    assert told["messages"] == [{"status": 3, "text": "it broke", "toolId": -1}]
    draft = await house.at("draft")
    await house.caller().refused(404, "GET", f"/v3/jobs/{draft.id}")


async def test_a_tag_names_the_queue_and_the_workflow_s_own_is_the_usual_one(house: House) -> None:
    mine = house.caller()
    workflow = await mine.upload(writing(), workerTag="gpu")
    usual, other = await mine.run(workflow), await mine.run(workflow, workerTag="big")
    assert [(await mine.got(f"/v3/jobs/{id_}"))["workerTag"] for id_ in (usual, other)] == ["gpu", "big"]
    assert (await house.work("big")).id == other


async def test_answers_come_as_pairs_by_name_or_in_a_form_and_wrong_ones_are_named(house: House) -> None:
    mine = house.caller()
    workflow = await mine.upload(writing())
    path = f"/v3/workflows/{workflow}/jobs"
    for body in (
        *({"questions": [{"name": "x", "value": 1}]}, {"questions": {"x": True}}, {"questions": [{"value": "1"}]}),
        *({"questions": 5}, {"questions": {"x": {"y": 1}}}, {"priority": "Soon"}, {"priority": 9}, [1], b"{", b"\xff"),
        {"workerTag": "x" * 101},
    ):
        answer = await mine("POST", path, body)
        assert answer.status_code == 400, (body, answer.text)
        assert answer.json()["message"]
    answer = await mine("POST", path, data={"priority": "Low", "questions": "[]"})
    assert (answer.status_code, answer.json()["priority"]) == (200, "Low")
    assert (await mine("POST", path, {"Priority": 3, "WorkerTag": None})).json()["priority"] == "Critical"
    answer = await mine("POST", path, b"")
    assert answer.status_code == 200


def test_every_state_and_every_priority_has_its_word_and_back() -> None:
    assert set(words._STATUS) == set(State)
    assert {status for status, _ in words._STATUS.values()} <= {"Queued", "Running", "Completed", "Cancelled"}
    for word, number in words.PRIORITIES.items():
        assert words.priority(number) is word
    assert [words.priority(number).value for number in (-1000, -1, 1, 150, 1000)] == [
        *("Low", "Low", "Default", "Medium", "Critical")
    ]
