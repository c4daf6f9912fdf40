"""Pictures, quality reports and merges over the wire: bytes with their headers, and nothing for who may not look."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind
from jobyard.datasets.assignment import AssignmentChanges
from jobyard.datasets.formats.vocabulary import Vocabulary
from jobyard.datasets.geometry.comparing import Canvas
from jobyard.datasets.labels import Label
from jobyard.datasets.quality import report
from jobyard.datasets.quality.frames import Side, compared
from jobyard.datasets.quality.rules import QualityRules
from jobyard.datasets.work.judging import QualityCalculate
from jobyard.datasets.work.merging import ConsensusMerge
from jobyard.job import moves
from jobyard.job.desk import Ask
from jobyard.job.ids import new_id
from jobyard.job.record import Job, Resource
from jobyard.job.states import State
from jobyard.people.record import Actor, Role
from tests.datasets.formats import drawn
from tests.faces.leaving import left_open
from tests.faces.native.house import House, served
from tests.faces.native.test_datasets import synchronized

pytestmark = pytest.mark.anyio
MIA = Actor(name="mia", role=Role.MEMBER)


class Gallery:
    """A house with one dataset of three pictures and one text."""

    def __init__(self, house: House, dataset: str, labels: list[int]) -> None:
        self.house = house
        self.dataset = dataset
        self.cat, self.dog = labels

    def at(self, place: str) -> str:
        return f"/v1/datasets/{self.dataset}/{place}"

    async def ended(self, kind: str, files: dict[str, bytes], result: Any) -> str:
        """Have a job of a kind that ended well on the dataset; return its id."""
        job = Job(
            id=new_id(),
            kind=kind,
            owner="mia",
            parameters={"dataset": self.dataset},
            resource=Resource(type="dataset", id=self.dataset, name="cats"),
            state=State.QUEUED,
        )
        now = self.house.clock.now()
        await self.house.engine.ledger.write(lambda transaction: transaction.insert(moves.submit(job, now, "mia")))
        ask = Ask(worker="w1", session="w1", kinds=(kind,))
        [assignment] = (await self.house.engine.desk.claim(self.house.worker, ask)).assignments
        await self.house.end(assignment.job, files=files, result=result)
        return job.id


@pytest.fixture
async def gallery(built: Callable[..., House], tmp_path: Path) -> AsyncIterator[Gallery]:
    root = tmp_path / "sources" / "cats"
    root.mkdir(parents=True)
    for number in range(3):
        (root / f"{number}.png").write_bytes(drawn.png(640, 480))
    (root / "3.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    kinds = (QualityCalculate, ConsensusMerge)
    async with served(built(kinds=kinds, source_roots=(str(root.parent),))) as house:
        await house.people()
        async with house.client() as client:
            labels = [{"name": "cat", "color": "#00ff00"}, {"name": "dog"}]
            made = await client.post("/v1/datasets", json={"name": "cats", "source": str(root), "labels": labels})
            dataset = made.json()["id"]
            there = (await client.get(f"/v1/datasets/{dataset}/labels")).json()
        await synchronized(house, dataset, tmp_path)
        yield Gallery(house, dataset, [one["number"] for one in there])


async def test_pictures_come_with_what_is_drawn_over_them(gallery: Gallery) -> None:
    shape = {"frame": 1, "label": gallery.cat, "kind": "rectangle", "points": [1, 2, 30, 40]}
    async with gallery.house.client() as client:
        made = await client.patch(gallery.at("annotations"), json={"add": {"shapes": [shape]}})
        assert made.status_code == 200, made.text
        page = (await client.get(gallery.at("pictures?limit=3"))).json()
        assert [(one["frame"], one["width"], one["height"]) for one in page["pictures"]] == [
            (0, 640, 480),
            (1, 640, 480),
            (2, 640, 480),
        ]
        assert page["pictures"][1]["annotations"]["shapes"][0]["points"] == [1, 2, 30, 40]
        assert (page["pictures"][1]["sample"]["labels"], page["total"]) == (["cat"], 4)
        rest = (await client.get(gallery.at(f"pictures?limit=3&cursor={page['next']}"))).json()
        assert [(one["frame"], one["width"]) for one in rest["pictures"]] == [(3, 0)] and rest["next"] is None
        some = (await client.get(gallery.at("pictures?label=cat"))).json()
        assert [one["frame"] for one in some["pictures"]] == [1]
        one = (await client.get(gallery.at("pictures/1"))).json()
        assert one["annotations"] == page["pictures"][1]["annotations"]
        looks = (await client.get(gallery.at("statistics/pictures"))).json()
        assert looks["sizes"] == [{"width": 640, "height": 480, "pictures": 3}]
        assert (looks["unmeasured"], [day["made"] for day in looks["days"]]) == (1, [1])
        for wrong in ("pictures?limit=500", "pictures?cursor=x", "pictures/1?layer=-1", "pictures?colour=red"):
            assert (await client.get(gallery.at(wrong))).status_code == 400, wrong
        for gone in ("pictures/4", "pictures/x", "pictures/99999999999", "pictures/1?layer=77", "pictures/-1"):
            assert (await client.get(gallery.at(gone))).status_code == 404, gone


async def test_bytes_come_with_headers_that_keep_them_harmless_and_fresh(gallery: Gallery) -> None:
    async with gallery.house.client() as client:
        whole = await client.get(gallery.at("pictures/0/file"))
        assert (whole.status_code, whole.headers["content-type"]) == (200, "image/png")
        assert whole.content == drawn.png(640, 480)
        small = await client.get(gallery.at("pictures/0/thumbnail"))
        with Image.open(io.BytesIO(small.content)) as image:
            assert (image.format, image.size) == ("JPEG", (256, 192))
        for answer in (whole, small):
            assert answer.headers["cache-control"] == "private, no-cache"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in answer.headers["content-security-policy"]
            known = {"if-none-match": answer.headers["etag"]}
            for place in ("pictures/0/file", "pictures/0/thumbnail"):
                again = await client.get(gallery.at(place), headers=known)
                assert (again.status_code, again.content) == (304, b"")
                assert (await client.get(gallery.at(place.replace("/0/", "/1/")), headers=known)).status_code == 200
        script = await client.get(gallery.at("pictures/3/file"))
        assert script.headers["content-type"] == "application/octet-stream"
        assert script.headers["content-disposition"].startswith("attachment")
        broken = await client.get(gallery.at("pictures/3/thumbnail"))
        assert (broken.status_code, broken.json()["code"]) == (400, "file_broken")
        for place in ("pictures/9/file", "pictures/9/thumbnail"):
            assert (await client.get(gallery.at(place))).status_code == 404
    bearer = f"Bearer {gallery.house.tokens['mia']}"
    assert not await left_open(gallery.house.door, gallery.at("pictures/0/file"), bearer)


async def test_a_quality_report_is_told_in_numbers_and_conflicts(gallery: Gallery) -> None:
    truth = await gallery.house.datasets.add_ground_truth(MIA, gallery.dataset, [0, 1])
    labels = [Label(number=gallery.cat, name="cat"), Label(number=gallery.dog, name="dog")]

    def side(job: int, *said: tuple[int, float]) -> Side:
        shapes = tuple(
            Shape(number=at + 1, frame=0, label=label, kind=ShapeKind.RECTANGLE, points=(x, 0, x + 50, 50))
            for at, (label, x) in enumerate(said)
        )
        return Side(annotations=Annotations(shapes=shapes), job=job)

    given = side(0, (gallery.cat, 0), (gallery.cat, 100), (gallery.cat, 300))
    true = side(truth.number, (gallery.cat, 0), (gallery.dog, 100))
    rules = QualityRules()
    result = compared(0, given, true, Canvas(640, 480), Vocabulary(labels), rules)
    file = io.BytesIO()
    report.write(file, rules, ["cat", "dog"], [result], 4)
    async with gallery.house.client() as client:
        number = (await client.get(f"/v1/datasets/{gallery.dataset}")).json()["number"]
        job = await gallery.ended("quality.calculate", {f"quality_{number}.json": file.getvalue()}, {})
        told = (await client.get(gallery.at(f"quality/{job}"))).json()
        assert (told["frames"], told["share"], told["truth"]) == (1, 0.25, truth.number)
        assert told["confusion"]["labels"] == ["cat", "dog", "unmatched"]
        assert told["confusion"]["rows"] == [[1, 1, 1], [0, 0, 0], [0, 0, 0]]
        assert (told["accuracy"], told["errors"]) == (pytest.approx(1 / 3), 2)
        page = (await client.get(gallery.at(f"quality/{job}/conflicts?limit=1"))).json()
        assert page["total"] == 2 and page["next"]
        second = (await client.get(gallery.at(f"quality/{job}/conflicts?limit=1&cursor={page['next']}"))).json()
        found = {one["type"]: one for one in [*page["conflicts"], *second["conflicts"]]}
        assert set(found) == {"mismatching_label", "extra_annotation"} and second["next"] is None
        assert {thing["truth"] for thing in found["mismatching_label"]["things"]} == {False, True}
        assert {one["path"] for one in found.values()} == {"0.png"}
        only = (await client.get(gallery.at(f"quality/{job}/conflicts?type=extra_annotation"))).json()
        assert [one["type"] for one in only["conflicts"]] == ["extra_annotation"]
        assert (await client.get(gallery.at(f"quality/{job}/conflicts?severity=warning"))).json()["total"] == 0
        assert (await client.get(gallery.at(f"quality/{job}/conflicts?type=bad"))).status_code == 400
        assert (await client.get(gallery.at(f"consensus/{job}"))).status_code == 404
        parts = (await client.get(gallery.at("assignments"))).json()
        assert [(one["kind"], one["layer"], one["frames"]) for one in parts] == [("ground_truth", truth.number, 2)]


async def test_a_merge_is_told_by_assignment_label_and_picture(gallery: Gallery) -> None:
    result = {
        "frames": 2,
        "annotations": 3,
        "dissents": {"no_matching_annotation": 1},
        "assignments": [{"assignment": 1, "replicas": [2, 3], "agreement": [[1, 0.5], [0.5, 1]], "scores": [0.5, 0.5]}],
        "labels": [{"label": "cat", "things": 4, "agreement": 0.75}],
    }
    lines = [{"frame": 0, "things": 2, "agreement": 1.0}, {"frame": 1, "things": 2, "agreement": 0.5}]
    doubt = {"frame": 1, "type": "no_matching_annotation", "annotations": [{"assignment": 2, "number": 9}]}
    files = {
        "pictures.jsonl": b"".join(msgspec.json.encode(line) + b"\n" for line in lines),
        "dissents.jsonl": msgspec.json.encode(doubt) + b"\n",
    }
    job = await gallery.ended("consensus.merge", files, result)
    async with gallery.house.client() as client:
        told = (await client.get(gallery.at(f"consensus/{job}"))).json()
        assert (told["labels"], told["assignments"]) == (result["labels"], result["assignments"])
        assert [(one["frame"], one["path"]) for one in told["pictures"]] == [(1, "1.png"), (0, "0.png")]
        page = (await client.get(gallery.at(f"consensus/{job}/dissents"))).json()
        thing = {"assignment": 2, "number": 9}
        assert page == {
            "dissents": [{"frame": 1, "path": "1.png", "type": "no_matching_annotation", "things": [thing]}],
            "next": None,
        }
        assert (await client.get(gallery.at(f"quality/{job}"))).status_code == 404
        other = await client.post("/v1/datasets", json={"name": "other"})
        elsewhere = f"/v1/datasets/{other.json()['id']}/consensus/{job}"
        assert (await client.get(elsewhere)).status_code == 404


async def test_who_may_not_see_a_dataset_gets_nothing_of_it(gallery: Gallery) -> None:
    job = await gallery.ended("quality.calculate", {}, {})
    places = (
        "pictures",
        "pictures/0",
        "pictures/0/file",
        "pictures/0/thumbnail",
        "statistics/pictures",
        "assignments",
        f"quality/{job}",
        f"quality/{job}/conflicts",
        f"consensus/{job}",
        f"consensus/{job}/dissents",
    )
    async with gallery.house.client("max") as other, gallery.house.client(None) as nobody:
        for place in places:
            answer = await other.get(gallery.at(place))
            assert answer.status_code == 404 and gallery.dataset in answer.text, place
            assert (await nobody.get(gallery.at(place))).status_code == 401


async def test_who_is_given_a_part_is_told_that_it_is_one(gallery: Gallery) -> None:
    async with gallery.house.client() as client, gallery.house.client("max") as other:
        made = (await client.post(gallery.at("division"), json={"size": 2})).json()
        assert (await other.get("/v1/datasets")).json()["datasets"] == []
        changes = AssignmentChanges(assignee="max")
        await gallery.house.datasets.change_assignment(MIA, made[0]["number"], changes)
        [seen] = (await other.get("/v1/datasets")).json()["datasets"]
        assert (seen["id"], seen["whole"]) == (gallery.dataset, False)
        assert (await other.get(gallery.at("").rstrip("/"))).json()["whole"] is False
        assert [one["number"] for one in (await other.get(gallery.at("assignments"))).json()] == [made[0]["number"]]
        assert (await other.get(gallery.at("pictures"))).status_code == 403
        assert (await client.get("/v1/datasets")).json()["datasets"][0]["whole"] is True
        assert (await client.get(gallery.at("").rstrip("/"))).json()["whole"] is True


async def test_frames_are_chosen_and_divided_once(gallery: Gallery) -> None:
    async with gallery.house.client() as client, gallery.house.client("max") as other:
        for place, body in (("ground-truth", {"frames": [0]}), ("division", {"size": 2})):
            assert (await other.post(gallery.at(place), json=body)).status_code == 404
        assert (await client.post(gallery.at("ground-truth"), json={"frames": [9]})).status_code == 400
        assert (await client.post(gallery.at("ground-truth"), json={"frames": []})).status_code == 400
        assert (await client.post(gallery.at("division"), json={"size": 1, "overlap": 1})).status_code == 400
        truth = await client.post(gallery.at("ground-truth"), json={"frames": [2, 0, 2]})
        assert (truth.status_code, truth.json()["frames"], truth.json()["kind"]) == (201, 2, "ground_truth")
        made = await client.post(gallery.at("division"), json={"size": 2, "replicas": 1})
        assert [(one["kind"], one["first"], one["last"]) for one in made.json()] == [
            ("annotation", 0, 1),
            ("replica", 0, 1),
            ("annotation", 2, 3),
            ("replica", 2, 3),
        ]
        for place, body in (("ground-truth", {"frames": [1]}), ("ground-truth", {"count": 1}), ("division", {})):
            assert (await client.post(gallery.at(place), json=body)).status_code == 409


async def test_frames_of_a_ground_truth_are_drawn_by_count_or_share(gallery: Gallery) -> None:
    wrong: list[dict[str, Any]] = [
        {},
        {"count": 0},
        {"share": 0},
        {"share": 1.5},
        {"count": 1, "share": 0.5},
        {"frames": [0], "count": 1},
        {"frames": [0], "seed": 3},
        {"count": 1, "seed": -1},
    ]
    drawn_by: list[tuple[dict[str, Any], int]] = [
        ({"count": 2, "seed": 5}, 2),
        ({"count": 2, "seed": 5}, 2),
        ({"share": 0.3}, 2),
        ({"share": 1}, 4),
        ({"count": 50}, 4),
    ]
    seen: list[set[int]] = []
    async with gallery.house.client() as client, gallery.house.client("max") as other:
        assert (await other.post(gallery.at("ground-truth"), json={"count": 1})).status_code == 404
        for body in wrong:
            answer = await client.post(gallery.at("ground-truth"), json=body)
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), body
        for body, frames in drawn_by:
            made = await client.post(gallery.at("ground-truth"), json=body)
            assert (made.status_code, made.json()["frames"]) == (201, frames), (body, made.text)
            [truth] = await gallery.house.datasets.assignments(MIA, gallery.dataset)
            seen.append(set(truth.frames or ()))
            await gallery.house.datasets.delete_assignment(MIA, truth.number)
    assert seen[0] == seen[1]
    assert all(chosen <= {0, 1, 2, 3} for chosen in seen)
