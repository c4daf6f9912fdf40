"""Samples, labels and statistics in the protocol's words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faces.modelarts.house import Caller, House
from tests.faces.modelarts.test_syncs import begun, stretch

pytestmark = pytest.mark.anyio
AT = "data-annotations"


async def filled(house: House, mia: Caller, *names: str, **fields: Any) -> str:
    """Make a dataset of files and let a worker tell what is there."""
    dataset = await mia.made("cats", house.folder("cats", *names), **fields)
    await again(house, mia, dataset, *names)
    return dataset


async def again(house: House, mia: Caller, dataset: str, *names: str) -> None:
    await begun(mia, dataset)
    work = await house.taken(dataset)
    await house.tell(work.job, "begun")
    await house.word(work, "open")
    await house.word(work, "apply", stretch(*sorted(name.encode() for name in names), last=True))
    await house.word(work, "finish")
    await house.ended(work, "finish")


async def listed(mia: Caller, dataset: str, query: str = "") -> tuple[int, list[dict[str, Any]]]:
    answer = await mia("GET", f"/datasets/{dataset}/{AT}/samples?{query}")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return told["sample_count"], told["samples"]


async def labelled(mia: Caller, dataset: str, *samples: tuple[str, list[dict[str, Any]]]) -> dict[str, Any]:
    body = {"samples": [{"sample_id": id_, "labels": labels} for id_, labels in samples]}
    answer = await mia("PUT", f"/datasets/{dataset}/{AT}/samples", body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_sample_tells_where_it_lies_and_what_is_on_it(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "sub/a b.png", "z.png", import_annotations=False)
    count, [first, second] = await listed(mia, dataset)
    assert count == 2
    place = str(house.files / "cats")
    assert first == {
        "sample_id": first["sample_id"],
        "sample_type": 0,
        "source": f"{place}/sub/a b.png",
        "sample_name": "a b.png",
        "sample_dir": f"{place}/sub/",
        "sample_size": 5,
        "sample_time": 10**12,
        "sample_status": "UN_ANNOTATION",
        "labels": [],
        "metadata": {"@modelarts:import_origin": 0},
    }
    assert (second["sample_name"], second["sample_dir"]) == ("z.png", f"{place}/")
    alone = await mia("GET", f"/datasets/{dataset}/{AT}/samples/{first['sample_id']}")
    assert alone.json() == first
    for wrong in ("0" * 32, "x", dataset):
        missing = await mia("GET", f"/datasets/{dataset}/{AT}/samples/{wrong}")
        assert (missing.status_code, missing.json()["error_code"]) == (404, "ModelArts.4420")


async def test_the_folder_of_a_picture_names_it_where_labels_are_read_along(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "cat/1.png", "2.png")
    _, samples = await listed(mia, dataset)
    found = {one["sample_name"]: [label["name"] for label in one["labels"]] for one in samples}
    assert found == {"1.png": ["cat"], "2.png": []}


async def test_samples_are_paged_by_the_number_of_the_page(house: House) -> None:
    mia = house.caller()
    names = [f"{number:03}.png" for number in range(25)]
    dataset = await filled(house, mia, *names)
    seen = [one["sample_name"] for page in range(4) for one in (await listed(mia, dataset, f"offset={page}"))[1]]
    assert seen == names
    count, samples = await listed(mia, dataset, "limit=7&offset=3")
    assert (count, [one["sample_name"] for one in samples]) == (25, names[21:])


async def test_labels_are_set_read_found_and_taken_away(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "a.png", "b.png", "c.png")
    ids = [one["sample_id"] for one in (await listed(mia, dataset))[1]]
    told = await labelled(
        mia, dataset, (ids[0], [{"name": "cat", "type": 0}]), (ids[1], [{"name": "dog", "score": 0.5}])
    )
    assert told == {"success": True, "results": [{"success": True}] * 2}
    _, samples = await listed(mia, dataset)
    assert [one["sample_status"] for one in samples] == ["MANUAL_ANNOTATION", "MANUAL_ANNOTATION", "UN_ANNOTATION"]
    assert samples[0]["labels"] == [{"name": "cat", "type": 0, "score": 1.0}]
    assert samples[1]["labels"] == [{"name": "dog", "type": 0, "score": 0.5}]

    async def names(query: str) -> list[str]:
        return [one["sample_name"] for one in (await listed(mia, dataset, query))[1]]

    for word in ("__ALL__", "all", "MANUAL_ANNOTATION"):
        assert await names(f"sample_state={word}") == ["a.png", "b.png"]
    for word in ("__NONE__", "none", "UN_ANNOTATION"):
        assert await names(f"sample_state={word}") == ["c.png"]
    assert await names("sample_state=__REJECTED__") == []
    assert await names("label_name=dog") == ["b.png"]
    assert await names("label_name=none") == []
    assert await names("sample_name=c.p") == ["c.png"]
    assert (await mia("GET", f"/datasets/{dataset}")).json()["annotated_sample_count"] == 2
    await labelled(mia, dataset, (ids[0], []))
    assert await names("label_name=cat") == []


async def test_statistics_count_what_is_labelled(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "a.png", "b.png", "c.png")
    ids = [one["sample_id"] for one in (await listed(mia, dataset))[1]]
    await labelled(mia, dataset, (ids[0], [{"name": "cat"}]), (ids[1], [{"name": "dog"}]))
    await labelled(mia, dataset, (ids[0], []))
    stats = (await mia("GET", f"/datasets/{dataset}/{AT}/stats")).json()
    assert stats["sample_stats"] == {
        "all": 3,
        "total": 3,
        "un_annotation": 2,
        "manual_annotation": 1,
        "auto_annotation": 0,
        "deleted": 0,
        "lefted": 2,
    }
    counts = {one["name"]: (one["count"], one["sample_count"]) for one in stats["label_stats"]}
    assert counts == {"cat": (0, 0), "dog": (1, 1)}
    assert stats["data_spliting_enable"] is True


async def test_shapes_go_there_and_back(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "a.png", dataset_type=1)
    [sample] = (await listed(mia, dataset))[1]
    shapes = [
        ("bndbox", [[1.0, 2.0], [30.0, 40.0]]),
        ("polygon", [[0.0, 0.0], [9.0, 0.0], [9.0, 9.5]]),
        ("polyline", [[0.0, 0.0], [9.0, 0.0]]),
        ("point", [[4.0, 5.0]]),
        ("circle", [[10.0, 10.0], [3.0]]),
    ]
    labels = [
        {"name": "thing", "type": 1, "property": {"@modelarts:shape": word, "@modelarts:feature": feature}}
        for word, feature in shapes
    ]
    assert (await labelled(mia, dataset, (sample["sample_id"], labels)))["success"]
    [back] = (await listed(mia, dataset))[1]
    found = [(one["property"]["@modelarts:shape"], one["property"]["@modelarts:feature"]) for one in back["labels"]]
    assert sorted(found) == sorted(shapes)


@pytest.mark.parametrize(
    "label",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "a", "score": 2},
        {"name": "a", "score": "1"},
        {"name": "a", "property": {"@modelarts:shape": "star"}},
        {"name": "a", "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 2, 3]]}},
        {"name": "a", "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [[1], [2]]}},
        {"name": "a", "property": {"@modelarts:shape": "circle", "@modelarts:feature": [[1, 2]]}},
        {"name": "a", "property": {"@modelarts:shape": "bndbox", "@modelarts:feature": [["1", 2], [3, 4]]}},
    ],
)
async def test_a_label_that_cannot_be_understood_changes_nothing(house: House, label: dict[str, Any]) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "a.png", dataset_type=1)
    [sample] = (await listed(mia, dataset))[1]
    body = {"samples": [{"sample_id": sample["sample_id"], "labels": [{"name": "good"}, label]}]}
    answer = await mia("PUT", f"/datasets/{dataset}/{AT}/samples", body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "ModelArts.0104"), answer.text
    assert (await listed(mia, dataset))[1][0]["labels"] == []


async def test_each_of_several_samples_has_its_own_outcome(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "a.png")
    [sample] = (await listed(mia, dataset))[1]
    told = await labelled(mia, dataset, (sample["sample_id"], [{"name": "cat"}]), ("0" * 32, []), ("x", []))
    assert told["success"] is False
    first, *rest = told["results"]
    assert first == {"success": True}
    assert {one["error_code"] for one in rest} == {"ModelArts.4420"} and all(one["error_msg"] for one in rest)


async def test_a_sample_is_deleted_and_comes_back_while_its_file_is_there(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "a.png", "b.png")
    ids = [one["sample_id"] for one in (await listed(mia, dataset))[1]]
    answer = await mia("POST", f"/datasets/{dataset}/{AT}/samples/delete", {"samples": [ids[0], "0" * 32]})
    assert (answer.status_code, answer.json()["success"]) == (200, False)
    assert [one["success"] for one in answer.json()["results"]] == [True, False]
    assert (await listed(mia, dataset))[0] == 1
    assert "a.png" in left(house)
    await again(house, mia, dataset, "a.png", "b.png")
    _, samples = await listed(mia, dataset)
    assert len(samples) == 2 and ids[0] not in {one["sample_id"] for one in samples}


def left(house: House) -> set[str]:
    """Return the files that are in the folder of the cats."""
    return {path.name for path in (house.files / "cats").iterdir()}


async def test_its_file_is_deleted_too_only_where_an_administrator_allowed_it(house: House, built: Any) -> None:
    from tests.faces.modelarts.house import served

    async def gone(house: House) -> tuple[int, list[bool], bool]:
        mia = house.caller()
        dataset = await filled(house, mia, "a.png", "b.png")
        ids = [one["sample_id"] for one in (await listed(mia, dataset))[1]]
        body = {"samples": ids[:1], "delete_source": True}
        answer = await mia("POST", f"/datasets/{dataset}/{AT}/samples/delete", body)
        outcomes = [one["success"] for one in answer.json().get("results", [])]
        return answer.status_code, outcomes, "a.png" in left(house)

    status, outcomes, there = await gone(house)
    assert (status, outcomes, there) == (403, [], True)
    async with served(built(source_deletes=True)) as other:
        await other.people()
        assert await gone(other) == (200, [True], False)


async def test_labels_are_added_changed_and_deleted_by_name(house: House) -> None:
    mia = house.caller()
    dataset = await filled(house, mia, "a.png", "b.png")
    ids = [one["sample_id"] for one in (await listed(mia, dataset))[1]]
    at = f"/datasets/{dataset}/{AT}/labels"

    async def names() -> list[str]:
        return [one["name"] for one in (await mia("GET", at)).json()["labels"]]

    added = await mia(
        "POST", at, {"labels": [{"name": "cat", "property": {"@modelarts:color": "#00ff00"}}, {"name": "b"}]}
    )
    assert added.json() == {"success": True, "results": [{"success": True}] * 2}
    assert await names() == ["cat", "b"]
    twice = await mia("POST", at, {"labels": [{"name": "new"}, {"name": "cat"}]})
    assert twice.status_code == 400 and await names() == ["cat", "b"]
    changed = {"labels": [{"name": "b", "property": {"@modelarts:rename_to": "dog", "@modelarts:color": "#0000ff"}}]}
    assert (await mia("PUT", at, changed)).status_code == 200
    assert (await mia("GET", at)).json()["labels"][1]["property"]["@modelarts:color"] == "#0000ff"
    missing = await mia("PUT", at, {"labels": [{"name": "none"}]})
    assert (missing.status_code, missing.json()["error_code"]) == (404, "ModelArts.4338")

    await labelled(mia, dataset, (ids[0], [{"name": "cat"}]), (ids[1], [{"name": "dog"}]))
    assert (await mia("POST", f"{at}/delete", {"labels": [{"name": "cat"}]})).status_code == 200
    assert await names() == ["dog"] and (await listed(mia, dataset))[0] == 2
    kept = await mia("POST", f"{at}/delete?delete_policy=3", {"labels": [{"name": "dog"}]})
    assert kept.status_code == 400
    assert (await mia("POST", f"{at}/delete?delete_policy=1", {"labels": [{"name": "dog"}]})).status_code == 200
    assert await names() == [] and (await listed(mia, dataset))[0] == 1
    wrong: list[Any] = [{"labels": []}, {}, {"labels": [{"name": 7}]}]
    for body in wrong:
        for method, path in (("POST", at), ("PUT", at), ("POST", f"{at}/delete")):
            assert (await mia(method, path, body)).status_code == 400


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "0104"),
        ("limit=101", "0104"),
        ("offset=-1", "0104"),
        ("version_id=v1", "4353"),
        ("search_conditions=%5B%5D", "0104"),
        ("low_score=0.5", "0104"),
        ("high_score=x", "0104"),
        ("label_name=" + "x" * 201, "0104"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(house: House, query: str, code: str) -> None:
    mia = house.caller()
    dataset = await mia.made()
    answer = await mia("GET", f"/datasets/{dataset}/{AT}/samples?{query}")
    assert (answer.status_code, answer.json()["error_code"]) == (400, f"ModelArts.{code}")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "samples"),
        ("GET", "samples/" + "0" * 32),
        ("PUT", "samples"),
        ("POST", "samples/delete"),
        ("GET", "labels"),
        ("POST", "labels"),
        ("PUT", "labels"),
        ("POST", "labels/delete"),
        ("GET", "stats"),
    ],
)
async def test_nothing_is_told_or_done_of_a_dataset_of_others(house: House, method: str, path: str) -> None:
    dataset = await house.caller().made()
    body: Any = {"labels": [{"name": "a"}], "samples": ["0" * 32]} if method != "GET" else None
    if method == "PUT" and path == "samples":
        body = {"samples": [{"sample_id": "0" * 32, "labels": []}]}
    answer = await house.caller("max")(method, f"/datasets/{dataset}/{AT}/{path}", body)
    assert (answer.status_code, answer.json()["error_code"]) == (404, "ModelArts.4352")
