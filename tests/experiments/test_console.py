"""The console in parts: no piece twice, none left out, on each database."""

from __future__ import annotations

import pytest

from jobyard.experiments.reports import Report
from jobyard.experiments.tasks import Draft
from jobyard.job.clock import SECOND
from jobyard.people.record import Actor
from tests.faces.clearml.house import House

pytestmark = pytest.mark.anyio


async def test_pieces_of_one_moment_are_read_each_once_forwards_and_back(any_house: House, mia: Actor) -> None:
    made = await any_house.experiments.tasks.create(mia, Draft(name="talks", type="training"))
    id_, console = made.task.id, any_house.experiments.console
    said = [Report(home=id_, at=SECOND * (1 + at // 4), text=f"line {at}") for at in range(8)]
    await any_house.experiments.reports.add(mia, said)
    forwards, place = list[str](), None
    while part := (await console.part(mia, id_, 3, place)).pieces:
        forwards += [piece.text for _, piece in part]
        place = part[-1][0]
    backwards, place = list[str](), None
    while part := (await console.part(mia, id_, 3, place, back=True)).pieces:
        backwards = [piece.text for _, piece in part] + backwards
        place = part[0][0]
    assert forwards == backwards and sorted(forwards) == sorted(one.text for one in said)
    assert (await console.part(mia, id_, 1)).total == 8
