"""Datasets in the protocol's words: created, listed page by page, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.datasets.record import Purpose
from jobyard.faces.modelarts.words import kinds
from jobyard.people.record import Role
from tests.faces.modelarts.house import House

pytestmark = pytest.mark.anyio


async def test_what_was_said_of_a_dataset_comes_back(house: House) -> None:
    mia = house.caller()
    path = house.folder("cats")
    dataset = await mia.made(
        dataset_type=1,
        description="All the cats",
        labels=[{"name": "cat", "property": {"@modelarts:color": "#ff0000", "@modelarts:default_shape": "bndbox"}}],
        import_annotations=False,
        managed=True,
        workspace_id="w",
        label_format={"label_type": "1"},
    )
    told = (await mia("GET", f"/datasets/{dataset}")).json()
    assert told["create_time"] > 10**12 and told["update_time"] >= told["create_time"]
    place = f"/results/place/cats-{dataset}"
    wanted: dict[str, Any] = {
        "dataset_id": dataset,
        "dataset_name": "cats",
        "dataset_type": 1,
        "description": "All the cats",
        "status": 1,
        "data_sources": [{"data_path": f"{path}/", "data_type": 0}],
        "work_path": "/results/place/",
        "inner_annotation_path": f"{place}/annotation/",
        "inner_temp_path": f"{place}/temp/",
        "total_sample_count": 0,
        "annotated_sample_count": 0,
        "import_annotations": False,
        "managed": True,
        "workspace_id": "w",
        "label_format": {"label_type": "1"},
        "labels": [
            {
                "name": "cat",
                "type": 1,
                "property": {"@modelarts:color": "#ff0000", "@modelarts:default_shape": "bndbox"},
            }
        ],
    }
    assert {name: told[name] for name in wanted} == wanted


async def test_only_a_name_a_source_and_a_place_to_work_are_needed(house: House) -> None:
    told = await house.caller()("GET", f"/datasets/{await house.caller().made()}")
    assert told.json().items() >= {"dataset_type": 0, "description": "", "workspace_id": "0"}.items()


def said(house: House, **fields: Any) -> dict[str, Any]:
    source = [{"data_path": house.folder("cats"), "data_type": 0}]
    return {"dataset_name": "cats", "data_sources": source, "work_path": "/results/"} | fields


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"dataset_name": ""}, "0104"),
        ({"dataset_name": "a b"}, "0104"),
        ({"dataset_name": "a\n"}, "0104"),
        ({"dataset_name": "x" * 101}, "0104"),
        ({"dataset_name": 7}, "0104"),
        ({"dataset_name": None}, "0104"),
        ({"dataset_type": 2}, "0104"),
        ({"dataset_type": "0"}, "0104"),
        ({"dataset_type": True}, "0104"),
        ({"description": "x" * 257}, "0104"),
        ({"description": "a<b"}, "0104"),
        ({"work_path": ""}, "0104"),
        ({"work_path": "x" * 701}, "0104"),
        ({"work_path": "work/"}, "0104"),
        ({"work_path_type": 1}, "0104"),
        ({"data_sources": []}, "0104"),
        ({"data_sources": [{"data_path": "/a/"}] * 2}, "0104"),
        ({"data_sources": [{"data_path": "/a/", "data_type": 1}]}, "0104"),
        ({"data_sources": [{"data_path": "/etc/"}]}, None),
        ({"data_sources": [{"data_path": "../etc"}]}, None),
        ({"data_sources": [{"data_path": "/a/\0"}]}, "0104"),
        ({"labels": [{"name": ""}]}, "0104"),
        ({"labels": [{"name": "a", "property": {"@modelarts:default_shape": "star"}}]}, "0104"),
        ({"labels": [{"name": "a", "property": {"@modelarts:color": "red"}}]}, "0104"),
        ({"labels": [{"name": "a"}, {"name": "a"}]}, None),
        ({"label_format": {"deep": [[[[[]]]]]}, "schema": [{"x": "y" * 20_000}]}, None),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_made(
    house: House, fields: dict[str, Any], code: str | None
) -> None:
    mia = house.caller()
    answer = await mia("POST", "/datasets", said(house, **fields))
    assert answer.status_code == 400, answer.text
    told = answer.json()
    assert told.keys() == {"error_code", "error_msg", "request_id"}
    if code is not None:
        assert told["error_code"] == f"ModelArts.{code}"
    assert (await mia("GET", "/datasets")).json()["total_number"] == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":' * 50_000, b"[" * 50_000])
async def test_what_is_no_object_is_refused(house: House, body: bytes) -> None:
    answer = await house.caller()("POST", "/datasets", body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "ModelArts.0104")


async def test_results_do_not_lie_among_the_files(house: House) -> None:
    mia, path = house.caller(), house.folder("cats")
    for work in (path, f"{path}/", f"{path}/inside/"):
        answer = await mia("POST", "/datasets", said(house, work_path=work))
        assert answer.status_code == 400 and "work_path" in answer.json()["error_msg"]
    assert (await mia("POST", "/datasets", said(house, work_path=f"{path}-results/"))).status_code == 201


async def test_a_source_outside_says_nothing_of_what_is_there(house: House) -> None:
    mia = house.caller()
    messages = set()
    for path in ("/etc", "/etc/passwd", "/nowhere", f"{house.files}/../x"):
        answer = await mia("POST", "/datasets", said(house, data_sources=[{"data_path": path}]))
        assert answer.status_code == 400
        messages.add(answer.json()["error_msg"].replace(path, "PATH").replace(f"obs:/{path}", "PATH"))
    assert len(messages) <= 2
    missing = await mia("POST", "/datasets", said(house, data_sources=[{"data_path": f"{house.files}/none"}]))
    assert missing.status_code == 400 and "none" in missing.json()["error_msg"]


async def test_a_name_is_taken_once(house: House) -> None:
    mia = house.caller()
    await mia.made()
    again = await mia("POST", "/datasets", said(house))
    assert (again.status_code, again.json()["error_code"]) == (400, "ModelArts.4351")


async def test_pages_are_counted_and_hold_everything_once(house: House) -> None:
    mia = house.caller()
    made = [await mia.made(f"set-{number:02}", house.folder("cats")) for number in range(23)]
    seen, page = list[str](), 0
    while True:
        told = (await mia("GET", f"/datasets?offset={page}")).json()
        assert told["total_number"] == 23
        if not told["datasets"]:
            break
        seen += [one["dataset_id"] for one in told["datasets"]]
        page += 1
    assert (page, seen) == (3, made[::-1])
    wide = (await mia("GET", "/datasets?limit=100")).json()["datasets"]
    assert [one["dataset_id"] for one in wide] == made[::-1]
    second = (await mia("GET", "/datasets?limit=4&offset=1")).json()["datasets"]
    assert [one["dataset_id"] for one in second] == made[::-1][4:8]


async def test_lists_are_narrowed_and_sorted(house: House) -> None:
    mia = house.caller()
    for name, type_ in [("dogs", 0), ("Cats", 1), ("cat-talk", 201)]:
        await mia.made(name, house.folder("x"), dataset_type=type_)

    async def names(query: str) -> list[str]:
        return [one["dataset_name"] for one in (await mia("GET", f"/datasets?{query}")).json()["datasets"]]

    assert await names("search_content=cat") == ["cat-talk", "Cats"]
    assert await names("search_content=cat&dataset_type=1") == ["Cats"]
    assert await names("sort_by=create_time&order=asc") == ["dogs", "Cats", "cat-talk"]
    assert sorted(await names("sort_by=dataset_name&order=asc")) == sorted(await names("order=desc"))
    assert await names("sort_by=dataset_name&order=asc") == (await names("sort_by=dataset_name&order=desc"))[::-1]
    assert await names("search_content=%25") == []
    assert await names("workspace_id=0&contain_versions=false&unknown=1") == ["cat-talk", "Cats", "dogs"]
    assert "labels" not in (await mia("GET", "/datasets")).json()["datasets"][0]
    assert (await mia("GET", "/datasets?with_labels=true")).json()["datasets"][0]["labels"] == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=1.5",
        "offset=-1",
        "offset=99999999999",
        "order=up",
        "sort_by=size",
        "dataset_type=2",
        "search_content=" + "x" * 101,
        "search_content=%ff",
        "search_content=%00",
    ],
)
async def test_a_wrong_question_is_refused(house: House, query: str) -> None:
    answer = await house.caller()("GET", f"/datasets?{query}")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "ModelArts.0104"), answer.text


async def test_a_dataset_is_changed_by_what_is_said_and_by_nothing_else(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made(labels=[{"name": "a"}, {"name": "b"}], description="old")

    async def change(**fields: Any) -> Any:
        answer = await mia("PUT", f"/datasets/{dataset}", fields)
        told = (await mia("GET", f"/datasets/{dataset}")).json()
        labels = [one["name"] for one in told["labels"]]
        return answer.status_code, told["dataset_name"], told["description"], labels

    assert await change(dataset_name="new-name") == (200, "new-name", "old", ["a", "b"])
    assert await change(description="") == (200, "new-name", "", ["a", "b"])
    assert await change() == (200, "new-name", "", ["a", "b"])
    renamed = [{"name": "a", "property": {"@modelarts:rename_to": "z"}}]
    assert await change(update_labels=renamed) == (200, "new-name", "", ["z", "b"])
    changed = await change(add_labels=[{"name": "c"}], delete_labels=[{"name": "b"}], description="d")
    assert changed == (200, "new-name", "d", ["z", "c"])
    await mia.made("other")
    for wrong in ({"dataset_name": "other"}, {"add_labels": [{"name": "more"}, {"name": "z"}]}):
        refused = {"add_labels": [{"name": "e"}], "dataset_name": "third", "description": "x", **wrong}
        assert await change(**refused) == (400, "new-name", "d", ["z", "c"])
    assert (await change(dataset_name="a b", description="x"))[0] == 400
    assert (await change(delete_labels=[{"name": "none"}], description="x"))[0] == 404
    assert (await change(current_version_id="v"))[0] == 400
    assert await change() == (200, "new-name", "d", ["z", "c"])


async def test_a_deleted_dataset_is_gone_and_its_files_stay(house: House) -> None:
    mia = house.caller()
    dataset = await mia.made(source=house.folder("cats", "a.png"))
    answer = await mia("DELETE", f"/datasets/{dataset}")
    assert (answer.status_code, answer.content) == (204, b"")
    for method in ("GET", "DELETE"):
        again = await mia(method, f"/datasets/{dataset}")
        assert (again.status_code, again.json()["error_code"]) == (404, "ModelArts.4352")
    assert (house.files / "cats" / "a.png").read_bytes() == b"a.png"


async def test_projects_hold_their_own_datasets(house: House) -> None:
    project = await house.project("vision", mia=Role.MEMBER, vera=Role.VIEWER)
    mia, there = house.caller(), house.caller(project=project)
    own, shared = await mia.made("own"), await there.made("shared")
    vera = house.caller("vera", project=project)

    async def ids(caller: Any) -> list[str]:
        return [one["dataset_id"] for one in (await caller("GET", "/datasets")).json()["datasets"]]

    assert await ids(there) == await ids(vera) == [shared]
    assert set(await ids(mia)) == {own, shared}  # both are mia's
    assert (await there("GET", f"/datasets/{own}")).status_code == 404
    assert (await vera("GET", f"/datasets/{shared}")).status_code == 200
    assert (await vera("DELETE", f"/datasets/{shared}")).json()["error_code"] == "ModelArts.4336"
    assert (await vera("PUT", f"/datasets/{shared}", {"description": "x"})).status_code == 403
    assert (await vera("POST", "/datasets", said(house))).status_code == 403
    assert await ids(house.caller("vera")) == await ids(house.caller("max")) == []
    for foreign in (house.ids["mia"], "0" * 32, "x"):
        answer = await house.caller("max", project=foreign)("GET", "/datasets")
        assert (answer.status_code, answer.json()["error_code"]) == (403, "ModelArts.0210")


async def test_addresses_and_methods_that_are_not_there(house: House) -> None:
    mia = house.caller()
    for path in (f"/v2/{mia.project}", f"/v2/{mia.project}/models", "/v2", "/v3/users", "/datasets/x/versions"):
        answer = await mia("GET", path)
        assert answer.status_code == 404, path
        assert "error" in answer.json() or answer.json()["error_code"] == "APIGW.0101"
    wrong = await mia("PATCH", "/datasets")
    assert wrong.status_code == 405 and "GET" in wrong.headers["allow"]
    assert wrong.json()["error_code"] == "APIGW.0101"
    compressed = await mia("POST", "/datasets", b"{}", Content_Encoding="gzip")
    assert compressed.status_code == 415
    large = await mia("POST", "/datasets", b" " * (house.settings.body_limit + 1))
    assert (large.status_code, large.json()["error_code"]) == (413, "ModelArts.0104")


def test_the_protocol_s_numbers_and_our_words_stand_for_each_other() -> None:
    assert set(kinds.TYPES) == set(kinds.SAMPLE_TYPES) == set(Purpose)
    assert {kinds.purpose_in(number) for number in kinds.PURPOSES} == set(Purpose)
    assert set(kinds.KINDS.values()) == set(kinds.SHAPES)
