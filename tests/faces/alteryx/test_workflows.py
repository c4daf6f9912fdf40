from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from jobyard.people.record import Role
from tests.faces.alteryx.house import House, failing, writing
from tests.workflows.drawing import Canvas
from tests.workflows.test_practice import packed

pytestmark = pytest.mark.anyio


def archive(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return target.getvalue()


def kept(house: House) -> int:
    return sum(1 for path in (house.folder / "packages").glob("??/*"))


SAID = {
    "comments": "the first",
    "isReadyForMigration": "true",
    "workerTag": "gpu",
    "districtTags": '["north"]',
    "executionMode": "SemiSafe",
    "workflowCredentialType": "Default",
    "othersMayDownload": "false",
    "othersCanExecute": "False",
    "makePublic": "false",
    "sourceAppId": "abc",
}
TOLD = {
    "name": "Flow",
    "comments": "the first",
    "workerTag": "gpu",
    "runCount": 0,
    "districtTags": ["north"],
    "executionMode": "SemiSafe",
    "isReadyForMigration": True,
    "isPublic": False,
    "othersMayDownload": False,
    "othersCanExecute": False,
    "packageWorkflowType": "Module",
    "workflowType": "Standard",
    "sourceAppId": "abc",
    "hasQuestions": False,
}


async def test_a_workflow_is_handed_in_and_told(house: House) -> None:
    mine = house.caller()
    id_ = await mine.upload(writing(), **SAID, ownerId=house.ids["mia"])
    told = await mine.got(f"/v3/workflows/{id_}")
    assert {name: told[name] for name in TOLD} == TOLD
    assert told["ownerId"] == house.ids["mia"]
    [version] = told["versions"]
    assert (version["versionNumber"], version["published"]) == (1, True)
    assert (version["versionId"], version["details"]["fileName"]) == (told["publishedVersionId"], "flow.yxmd")
    [listed] = await mine.got("/v3/workflows/")
    assert (listed["id"], listed["name"], listed["publishedVersionNumber"]) == (id_, "Flow", 1)
    [whole] = await mine.got("/v3/workflows?view=Full")
    assert whole["versions"] == told["versions"]


async def test_whether_it_can_run_here_is_told_tool_by_tool(house: House) -> None:
    mine = house.caller()
    report = (await mine.got(f"/v3/workflows/{await mine.upload(failing())}"))["report"]
    assert (report["runs"], report["toolCount"]) == (False, 2)
    refused, runs = report["tools"]
    reasons = ["this tool is not done here"]
    assert refused == {"toolId": 2, "title": "Spatial Match", "runs": False, "reasons": reasons}
    assert (runs["toolId"], runs["title"], runs["runs"]) == (1, "Text Input", True)


async def test_lists_are_narrowed_and_leafed_through(house: House) -> None:
    mine, max_ = house.caller(), house.caller("max")
    ids = [await mine.upload(writing(), name=name) for name in ("Alpha", "beta", "BETA")]
    other = await max_.upload(writing(), name="beta", isPublic="true")

    async def found(asked: str) -> list[str]:
        return [one["id"] for one in await mine.got(f"/v3/workflows?{asked}")]

    assert await found("") == [*ids, other]
    assert await found("name=Beta") == [*ids[1:], other]
    assert await found(f"ownerId={house.ids['max']}") == [other]
    assert await found("ownerId=nobody") == []
    assert await found("page=2&pageSize=3") == [other]
    assert await found("createdAfter=2100-01-01") == await found("createdBefore=2000-01-01T00:00:00Z") == []
    assert await found("createdAfter=2000-01-01") == [*ids, other]
    await mine.refused(400, "GET", "/v3/workflows?view=Half")
    await mine.refused(400, "GET", "/v3/workflows?createdAfter=soon")
    assert [one["id"] for one in await house.caller("vera").got("/v3/workflows")] == [other]


async def test_versions_are_added_published_and_fetched(house: House) -> None:
    mine = house.caller()
    first, second = writing((1, "x")), writing((2, "y"))
    id_ = await mine.upload(first)
    files = {"file": ("flow.yxmd", second)}
    answer = await mine("POST", f"/v3/workflows/{id_}/versions", data={"comments": "better"}, files=files)
    told = answer.json()
    assert (answer.status_code, told["versionNumber"], told["id"]) == (200, 2, id_)
    assert [one["published"] for one in told["versions"]] == [False, True]
    data = {"makePublished": "false", "name": "New name"}
    told = (await mine("POST", f"/v3/workflows/{id_}/versions", data=data, files=files)).json()
    assert (told["name"], told["versionNumber"]) == ("New name", 3)
    assert [one["published"] for one in told["versions"]] == [False, True, False]
    listed = await mine.got(f"/v3/workflows/{id_}/versions")
    assert [(one["versionNumber"], one["comments"]) for one in listed] == [(1, ""), (2, "better"), (3, "")]
    for asked, document in (("", second), (f"?versionId={listed[0]['id']}", first), ("?versionId=1", first)):
        answer = await mine("GET", f"/v3/workflows/{id_}/package{asked}")
        assert answer.headers["content-disposition"] == 'attachment; filename="flow.yxzp"'
        with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
            assert package.read("flow.yxmd") == document
    answer = await mine("PUT", f"/v3/workflows/{id_}", {"versionId": listed[0]["id"], "makePublished": True})
    assert answer.json()["publishedVersionId"] == listed[0]["id"]
    await mine.run(id_)
    job = await house.work()
    assert job.result["files"][0]["records"] == 1
    for path in ("package?versionId=9", "questions?versionId=x"):
        await mine.refused(404, "GET", f"/v3/workflows/{id_}/{path}")
    await mine.refused(404, "PUT", f"/v3/workflows/{id_}", {"versionId": "9"})


async def test_a_package_comes_back_as_it_was_sent(house: House) -> None:
    mine = house.caller()
    package = archive(**{"flow.yxmd": writing(), "_externals/1/more.csv": b"a,b\n"})
    id_ = await mine.upload(package, file="C:\\work\\flow.yxzp")
    answer = await mine("GET", f"/v3/workflows/{id_}/package")
    assert answer.content == package
    assert answer.headers["content-length"] == str(len(package))


async def test_what_is_said_about_a_workflow_is_changed_in_part_or_with_a_file(house: House) -> None:
    mine = house.caller()
    id_ = await mine.upload(writing(), comments="old")
    answer = await mine("PUT", f"/v3/workflows/{id_}", {"name": "Other", "canDownload": False, "executionMode": "safe"})
    told = answer.json()
    assert (told["name"], told["comments"], told["othersMayDownload"]) == ("Other", "old", False)
    files, data = {"file": ("new.yxmd", failing())}, {"name": "Third", "isPublic": "true"}
    told = (await mine("PUT", f"/v3/workflows/{id_}", data=data, files=files)).json()
    assert (told["name"], told["isPublic"], len(told["versions"])) == ("Third", True, 2)
    told = (await mine("PUT", f"/v3/workflows/{id_}", data={"comments": "a form"})).json()
    assert (told["comments"], told["name"]) == ("a form", "Third")
    for body, field in [
        ({"executionMode": "Wild"}, "executionMode"),
        ({"isPublic": "perhaps"}, "isPublic"),
        ({"districtTags": "north"}, "districtTags"),
        ({"ownerId": "nobody"}, "ownerId"),
        ({"name": 5}, "name"),
    ]:
        answer = await mine("PUT", f"/v3/workflows/{id_}", body)
        assert (answer.status_code, list(answer.json()["modelState"])) == (400, [field]), body
    await mine.refused(400, "PUT", f"/v3/workflows/{id_}", {"name": " "})
    await mine.refused(400, "PUT", f"/v3/workflows/{id_}", {"name": "x" * 256})


async def test_an_app_asks_and_is_answered(house: House, tmp_path: Any) -> None:
    mine = house.caller()
    id_ = await mine.upload(packed("survey", tmp_path).read_bytes(), file="survey.yxzp")
    told = await mine.got(f"/v3/workflows/{id_}")
    assert (told["packageWorkflowType"], told["workflowType"], told["hasQuestions"]) == ("App", "AnalyticApp", True)
    questions = await mine.got(f"/v3/workflows/{id_}/questions")
    asked = {one["name"]: one for one in questions}
    assert "Least age" in asked
    one = asked["Least age"]
    assert (one["type"], one["defaultValue"], one["id"]) == (one["questionType"], one["value"], one["id"])
    answer = await mine("POST", f"/v3/workflows/{id_}/jobs", {"questions": {"Least age": "many"}})
    assert (answer.status_code, list(answer.json()["modelState"])) == (400, ["questions"])
    job = await mine.run(id_, questions=[{"name": "Least age", "value": 10}])
    await house.work()
    ended = await mine.got(f"/v3/jobs/{job}")
    assert (ended["disposition"], [one["fileName"] for one in ended["outputs"]]) == ("Success", ["likes.json"])


async def test_who_sees_runs_fetches_changes_and_deletes(house: House) -> None:
    team = await house.project("team", mia=Role.MEMBER, max=Role.MEMBER, vera=Role.VIEWER)
    mine, max_, vera, olga = (house.caller(name) for name in ("mia", "max", "vera", "olga"))
    private, shared = await mine.upload(writing()), await mine.upload(writing(), projectId=team)
    open_ = await mine.upload(writing(), isPublic="true", othersMayDownload="false")
    closed = await mine.upload(writing(), isPublic="true", othersCanExecute="false")
    path = "/v3/workflows"
    for stranger in (max_, vera):
        for method, rest in (("GET", ""), ("GET", "/package"), ("POST", "/jobs"), ("DELETE", ""), ("PUT", "")):
            body: Any = {} if method in {"POST", "PUT"} else None
            await stranger.refused(404, method, f"{path}/{private}{rest}", body)
    job = await max_.run(shared)
    assert (await mine.got(f"/v3/jobs/{job}"))["appId"] == shared
    assert (await max_("GET", f"{path}/{shared}/package")).status_code == 200
    assert (await max_("PUT", f"{path}/{shared}", {"name": "Ours"})).status_code == 200
    said = "You do not have permission to run this workflow."
    assert await vera.refused(403, "POST", f"{path}/{shared}/jobs", {}) == said
    assert (await vera("GET", f"{path}/{shared}/package")).status_code == 200
    await vera.refused(401, "PUT", f"{path}/{shared}", {"name": "Mine"})
    await max_.refused(401, "DELETE", f"{path}/{shared}")
    job = await max_.run(open_)
    await mine.refused(404, "GET", f"/v3/jobs/{job}")
    assert "permission to download" in await max_.refused(403, "GET", f"{path}/{open_}/package")
    await max_.refused(401, "PUT", f"{path}/{open_}", {"name": "Mine"})
    await max_.refused(403, "POST", f"{path}/{closed}/jobs", {})
    assert (await max_("GET", f"{path}/{closed}/package")).status_code == 200
    assert (await olga("GET", f"{path}/{private}/package")).status_code == 200
    assert (await olga("DELETE", f"{path}/{private}")).status_code == 200


async def test_only_curators_make_workflows_for_others_and_move_them(house: House) -> None:
    mine, olga = house.caller(), house.caller("olga")
    files = {"file": ("flow.yxmd", writing())}
    data = {"name": "For max", "ownerId": house.ids["max"]}
    before = kept(house)
    await mine.refused(401, "POST", "/v3/workflows", data=data, files=files)
    assert kept(house) == before
    id_ = (await olga("POST", "/v3/workflows", data=data, files=files)).json()
    assert (await house.caller("max").got(f"/v3/workflows/{id_}"))["ownerId"] == house.ids["max"]
    body = {"ownerId": house.ids["mia"], "transferSchedules": False}
    await house.caller("max").refused(401, "PUT", f"/v3/workflows/{id_}/transfer", body)
    assert (await olga("PUT", f"/v3/workflows/{id_}/transfer", body)).status_code == 200
    assert (await mine.got(f"/v3/workflows/{id_}"))["ownerId"] == house.ids["mia"]
    foreign = await house.project("theirs", max=Role.MEMBER)
    assert "no project" in await mine.refused(404, "PUT", f"/v3/workflows/{id_}", {"projectId": foreign})


async def test_a_workflow_is_deleted_with_its_packages_and_not_while_it_runs(house: House) -> None:
    mine = house.caller()
    id_ = await mine.upload(writing())
    await mine("POST", f"/v3/workflows/{id_}/versions", files={"file": ("flow.yxmd", writing())})
    job = await mine.run(id_)
    assert "1 jobs of this workflow" in await mine.refused(400, "DELETE", f"/v3/workflows/{id_}")
    assert kept(house) == 2
    assert (await mine("DELETE", f"/v3/workflows/{id_}?force=true")).status_code == 200
    assert kept(house) == 0
    await mine.refused(404, "GET", f"/v3/workflows/{id_}")
    await mine.refused(404, "DELETE", f"/v3/workflows/{id_}")
    await house.work()
    ended = await mine.got(f"/v3/jobs/{job}")
    assert ended["disposition"] == "Error"
    assert "There is no" in ended["messages"][-1]["text"]


async def test_what_is_no_workflow_is_refused_and_leaves_nothing(house: House) -> None:
    mine = house.caller()
    circle = Canvas()
    one = circle.tool("Sort")
    circle.wire(one, "Output", one, "Input")
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]>'
        b"<AlteryxDocument yxmdVer='1'>&c;</AlteryxDocument>"
    )
    for file, data, said in [
        ("flow.exe", writing(), "ends in none of"),
        ("flow", writing(), "ends in none of"),
        ("flow.yxmd", b"", "no whole XML"),
        ("flow.yxmd", b"<x/>", "it begins with x"),
        ("flow.yxmd", bomb, "cannot be read"),
        ("flow.yxzp", b"PK\x03\x04 broken", "cannot be read"),
        ("flow.yxzp", archive(**{"../../etc/flow.yxmd": writing()}), "leads out of it"),
        ("flow.yxzp", archive(**{"/flow.yxmd": writing()}), "leads out of it"),
        ("flow.yxzp", archive(**{"a.yxmd": writing(), "b.yxmd": writing()}), "several workflows"),
        ("flow.yxzp", archive(**{"notes.txt": b"x"}), "no workflow"),
        ("flow.yxzp", archive(**{"flow.yxmd": b" " * 80_000_000}), "would become"),
    ]:
        answer = await mine("POST", "/v3/workflows", data={"name": "x"}, files={"file": (file, data)})
        assert answer.status_code == 400, (file, answer.text)
        assert said in answer.text, (file, answer.text)
    assert kept(house) == 0
    id_ = await mine.upload(circle.document())
    told = await mine.got(f"/v3/workflows/{id_}")
    assert told["report"]["runs"] is False and "circle" in told["report"]["problem"]


async def test_bodies_that_no_client_sends_are_refused_and_leave_nothing(house: House) -> None:
    mine = house.caller()
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.yxmd"\r\n\r\n'
    for body, headers in [
        (b"", kind),
        (head + writing(), kind),
        (head + writing() + b"\r\n" + head + writing() + b"\r\n--b--\r\n", kind),
        (b"no parts at all", kind),
        (b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\xff\r\n--b--\r\n', kind),
        (b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n', kind),
        (b"{}", {"Content-Type": "application/json"}),
        (head, {"Content-Type": "multipart/form-data"}),
    ]:
        assert await mine.refused(400, "POST", "/v3/workflows", body, headers=headers)
    answer = await mine("POST", "/v3/workflows", data={"isPublic": "x"}, files={"file": ("a.yxmd", writing())})
    assert (answer.status_code, list(answer.json()["modelState"])) == (400, ["isPublic"])
    fields = {f"x{number}": "y" * 1_000_000 for number in range(5)}
    said = await mine.refused(413, "POST", "/v3/workflows", data=fields, files={"file": ("a.yxmd", writing())})
    assert "4,194,304 bytes" in said
    assert kept(house) == 0
    vera = house.caller("vera")
    assert "hand in" in await vera.refused(401, "POST", "/v3/workflows", files={"file": ("a.yxmd", writing())})


async def test_a_file_that_is_too_large_is_refused(built: Any) -> None:
    from tests.faces.alteryx.house import served

    async with served(built(upload_limit=2_000)) as house:
        await house.people()
        mine = house.caller()
        files = {"file": ("a.yxmd", b"x" * 5_000)}
        assert "larger than" in await mine.refused(413, "POST", "/v3/workflows", data={"name": "x"}, files=files)
        assert kept(house) == 0
        assert "larger than" in await mine.refused(413, "PUT", f"/v3/workflows/{'0' * 32}", b" " * 5_000_000)
