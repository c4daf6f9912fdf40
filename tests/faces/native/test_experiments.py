"""Experiments as the native face shows them: what was reported, told and made, and what may be asked of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from jobyard.experiments.life import Told
from jobyard.experiments.record import SINGLE, Sort
from jobyard.experiments.reports import Report
from jobyard.experiments.tasks import Draft, Edits
from jobyard.job.clock import SECOND
from jobyard.people.record import Actor, Role
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio

MIA = Actor(name="mia", role=Role.MEMBER)
SECTIONS: dict[str, Any] = {
    "hyperparams": {"Args": {"lr": {"section": "Args", "name": "lr", "value": "0.1", "type": "float"}}},
    "configuration": {"model": {"name": "model", "value": "depth: 3\n", "type": "yaml"}},
    "script": {"repository": "https://git.example/r.git", "requirements": {"pip": ["torch", "numpy"]}},
    "container": {"image": "python:3.12", "arguments": "--ipc=host"},
}


async def task(house: House, name: str = "train", **fields: Any) -> str:
    made = await house.experiments.tasks.create(
        MIA, Draft(name=name, type="training", **{"sections": SECTIONS, **fields})
    )
    return made.task.id


async def tell(house: House, home: str, *reports: Report | Sequence[Report]) -> None:
    flat = [one for given in reports for one in ([given] if isinstance(given, Report) else given)]
    taken = await house.experiments.reports.add(MIA, flat)
    assert (taken.added, taken.troubles) == (len(flat), {}) and home


def curve(home: str, values: Sequence[float], metric: str = "loss", variant: str = "train") -> list[Report]:
    return [
        Report(home=home, sort=Sort.SCALAR, metric=metric, variant=variant, iteration=at, at=at * SECOND, value=value)
        for at, value in enumerate(values)
    ]


async def put(house: House, path: str, content: bytes) -> str:
    async def pieces() -> AsyncIterator[bytes]:
        yield content

    await house.experiments.shelf.put(MIA, path, pieces())
    return f"http://somewhere.example/files/{path.replace(' ', '%20')}"


async def test_what_an_experiment_was_told_and_made(house: House) -> None:
    id_ = await task(house, tags=("first",))
    address = await put(house, f"p/train.{id_}/artifacts/data set/x.csv", b"a,b\n")
    model = await house.experiments.library.create(MIA, {"name": "net", "uri": "s3://bucket/net.pt", "task": id_})

    def made(sections: dict[str, Any]) -> None:
        sections["execution"] = {
            "artifacts": [
                {"key": "data", "type": "csv", "uri": address, "timestamp": 5, "display_data": [["rows", "1"]]},
                {"key": "far", "type": "csv", "uri": "s3://bucket/far.csv", "mode": "input", "content_size": 7},
            ]
        }
        sections["models"] = {"output": [{"name": "best", "model": model.id}], "input": []}

    await house.experiments.tasks.edit(MIA, id_, Edits(sections=made))
    async with house.client() as client:
        said = (await client.get(f"/v1/experiments/{id_}")).json()
        assert (said["job"], said["type"], said["standing"], said["tags"]) == (id_, "training", "draft", ["first"])
        assert said["parameters"] == [
            {"section": "Args", "name": "lr", "value": "0.1", "type": "float", "description": ""}
        ]
        assert said["configuration"][0]["text"] == "depth: 3\n"
        assert said["script"]["packages"] == "torch\nnumpy"
        assert said["container"] == "python:3.12 --ipc=host"
        assert said["may"] == ["clone", "enqueue", "archive"]
        ours, theirs = said["artifacts"]
        assert (ours["size"], ours["facts"], ours["taken"]) == (4, [["rows", "1"]], False)
        assert (theirs["url"], theirs["size"], theirs["taken"]) == (None, 7, True)
        [best] = said["models"]
        assert (best["name"], best["title"], best["address"], best["url"]) == (
            "best",
            "net",
            "s3://bucket/net.pt",
            None,
        )
        file = await client.get(ours["url"])
        assert file.content == b"a,b\n" and file.headers["content-disposition"].startswith("attachment")
        assert (await client.get(f"/v1/experiments/{id_}/file?path=nothing")).status_code == 404
        assert (await client.get(f"/v1/experiments/{id_}/file?path=../x")).status_code == 400


async def test_curves_of_several_are_thinned_and_compared(house: House) -> None:
    one, other = await task(house), await task(house, "other")
    await tell(house, one, curve(one, [float(at) for at in range(100)]), curve(one, [1.0], "acc", "val"))
    await tell(house, other, curve(other, [3.0, 2.0]))
    await tell(house, one, Report(home=one, sort=Sort.SCALAR, metric="f1", iteration=SINGLE, at=0, value=0.5))
    async with house.client() as client:
        names = (await client.get(f"/v1/experiments/{one}/series")).json()
        assert [(each["metric"], each["variant"], each["count"]) for each in names["series"]] == [
            ("acc", "val", 1),
            ("loss", "train", 100),
        ]
        assert [(each["metric"], each["value"]) for each in names["singles"]] == [("f1", 0.5)]
        loss = names["series"][1]
        assert (loss["least"], loss["most"], loss["last_iteration"], loss["mean"]) == (0.0, 99.0, 99, 49.5)
        query = f"job={one}&job={other}&metric=loss&samples=10"
        told = (await client.get(f"/v1/experiments/curves?{query}")).json()["curves"]
        assert [(each["job"], each["count"], len(each["values"])) for each in told] == [(one, 100, 10), (other, 2, 2)]
        assert told[1]["iterations"] == [0.0, 1.0] and told[1]["times"] == [0.0, 1.0]
    async with house.client("max") as stranger:
        assert (await stranger.get(f"/v1/experiments/curves?job={one}")).status_code == 404


async def test_the_console_is_read_by_places_forwards_and_back(house: House) -> None:
    id_ = await task(house)
    # Five of the same moment: a place is more than a time.
    said = [Report(home=id_, at=SECOND, level="INFO", worker="w", text=f"line {at}\n") for at in range(5)]
    said.append(Report(home=id_, at=2 * SECOND, text="odd \ud800\n"))
    await tell(house, id_, said)
    async with house.client() as client:
        read, cursor = list[str](), ""
        while True:
            page = (await client.get(f"/v1/experiments/{id_}/console?limit=4{cursor}")).json()
            assert page["total"] == 6
            read += [piece["text"] for piece in page["pieces"]]
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"
        assert sorted(read[:5]) == [f"line {at}\n" for at in range(5)] and read[5] == "odd ?\n"
        newest = (await client.get(f"/v1/experiments/{id_}/console?back=true&limit=2")).json()
        assert [piece["text"] for piece in newest["pieces"]] == read[-2:]
        before = await client.get(f"/v1/experiments/{id_}/console?back=true&limit=9&cursor={newest['next']}")
        assert [piece["text"] for piece in before.json()["pieces"]] == read[:-2] and before.json()["next"] is None
        assert (await client.get(f"/v1/experiments/{id_}/console?cursor=abcd")).status_code == 400


async def test_plots_and_pictures_newest_first(house: House) -> None:
    id_ = await task(house)
    figure = json.dumps({"data": [{"type": "bar", "y": [1, 2]}]})
    for at in range(3):
        body = figure.encode()
        plot = Report(home=id_, sort=Sort.PLOT, metric="bars", variant="all", iteration=at, at=at, body=body)
        await tell(house, id_, plot)
    address = await put(house, f"p/t.{id_}/metrics/debug/a.png", b"\x89PNG")
    for metric, url in (("debug", address), ("far", "https://elsewhere.example/files/a.png")):
        body = json.dumps({"key": None, "url": url}).encode()
        await tell(house, id_, Report(home=id_, sort=Sort.IMAGE, metric=metric, iteration=7, at=0, body=body))
    async with house.client() as client:
        plots = (await client.get(f"/v1/experiments/{id_}/plots?limit=2")).json()
        assert [(one["iteration"], one["figure"]) for one in plots] == [(2, figure), (1, figure)]
        older = (await client.get(f"/v1/experiments/{id_}/plots?metric=bars&below=1")).json()
        assert [one["iteration"] for one in older] == [0]
        assert (await client.get(f"/v1/experiments/{id_}/plots?metric=other")).json() == []
        ours, theirs = (await client.get(f"/v1/experiments/{id_}/images")).json()
        assert theirs["url"] is None and theirs["address"] == "https://elsewhere.example/files/a.png"
        picture = await client.get(ours["url"])
        assert picture.content == b"\x89PNG" and picture.headers["content-type"] == "image/png"


async def test_an_experiment_is_enqueued_reset_cloned_and_archived(house: House) -> None:
    id_ = await task(house)
    await tell(house, id_, curve(id_, [1.0]))
    async with house.client() as client:
        queued = await client.post(f"/v1/experiments/{id_}/enqueue", json={"queue": "big machines"})
        assert (queued.json()["state"], queued.json()["queue"]) == ("queued", "big machines")
        again = await client.post(f"/v1/experiments/{id_}/enqueue", json={"queue": "big machines"})
        assert again.status_code == 409
        assert (await client.post(f"/v1/experiments/{id_}/enqueue", json={"queue": " x "})).status_code == 400
        assert [line.name for line in await house.experiments.lines.all(MIA)] == ["big machines"]
        reset = await client.post(f"/v1/experiments/{id_}/reset")
        assert reset.json()["state"] == "draft"
        assert (await client.get(f"/v1/experiments/{id_}/series")).json()["series"] == []
        clone = await client.post(f"/v1/experiments/{id_}/clone")
        assert clone.status_code == 201 and clone.json()["name"] == "Clone Of train"
        copied = (await client.get(f"/v1/experiments/{clone.json()['id']}")).json()
        assert copied["parent"] == id_ and copied["parameters"][0]["value"] == "0.1"
        assert (await client.post(f"/v1/experiments/{id_}/archive")).status_code == 200
        assert (await client.get(f"/v1/experiments/{id_}")).json()["archived"]
        await client.post(f"/v1/experiments/{id_}/archive", json={"archived": False})
        assert not (await client.get(f"/v1/experiments/{id_}")).json()["archived"]


async def test_a_published_experiment_is_not_reset(house: House) -> None:
    id_ = await task(house)
    await house.experiments.life.start(MIA, id_, Told())
    await house.experiments.life.complete(MIA, id_, Told())
    await house.experiments.life.publish(MIA, id_, Told())
    async with house.client() as client:
        assert (await client.get(f"/v1/experiments/{id_}")).json()["may"] == ["clone", "archive"]
        refused = await client.post(f"/v1/experiments/{id_}/reset")
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_move")


async def test_what_is_reported_is_in_the_feed_at_once(house: House) -> None:
    id_ = await task(house)
    async with house.client() as client, client.stream("GET", f"/v1/feed?job={id_}") as feed:
        lines = feed.aiter_lines()
        assert await anext(line async for line in lines if line == "event: hello")
        await tell(house, id_, curve(id_, [1.0]))
        told = await anext(line async for line in lines if '"reported"' in line)
        assert json.loads(told.removeprefix("data: ")) == {"jobs": {}, "reported": [id_]}
