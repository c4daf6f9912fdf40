"""Every operation under generated requests, good and bad: no answer breaks, and each is as the document says."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from litestar import Litestar
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from jobyard.faces.native.document import document
from jobyard.faces.native.routes import router
from jobyard.job.ids import new_id
from jobyard.job.schedule import Schedule
from jobyard.people.record import Actor, Role
from jobyard.server import PACKAGES
from jobyard.store.sqlite import SqliteStore
from tests.faces.native.house import House, served
from tests.faces.native.test_datasets import synchronized

default = settings.default or settings()
EXAMPLES = min(default.max_examples // 16, 60)
STAGES = ("draft", "queued", "running", "wished", "succeeded", "failed", "cancelled")

schema = schemathesis.openapi.from_dict(document(Litestar(route_handlers=[router()], openapi_config=None).routes, "0"))
for phase in ("coverage", "examples"):
    getattr(schema.config.phases, phase).enabled = False
# A text that is longer than it may be can be longer than any body.
rejection = schema.config.checks.negative_data_rejection
rejection.expected_statuses = [*rejection.expected_statuses, "413"]


class Served:
    """A house in a thread of its own, for clients that wait."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = SqliteStore.open(folder, packages=PACKAGES, synchronous="OFF")
        self.house = House(self.store, folder, source_roots=(str(folder / "sources"),))
        self.loop = asyncio.new_event_loop()
        self._dataset: str | None = None
        self._up, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: self.loop.run_until_complete(self._serve()))
        self._thread.start()
        assert self._up.wait(20)

    async def _serve(self) -> None:
        async with served(self.house):
            await self.house.people()
            self._up.set()
            await self._over.wait()

    def job(self, stage: str) -> str:
        """Return a fresh job in a state."""
        made = self._do(self.house.at(stage, user="ada", external=False))
        return str(made.id)

    def schedule(self) -> str:
        """Return a fresh schedule."""
        wanted = Schedule(id="", name=new_id(), owner="", kind="test.count", interval=3600)
        actor = Actor(name="ada", role=Role.ADMINISTRATOR)
        made = self._do(self.house.engine.schedules.create(actor, wanted))
        return str(made.schedule.id)

    def dataset(self) -> str:
        """Return a dataset with labels and three samples that carry some."""
        if self._dataset is None:
            self._dataset = self._do(self._stocked())
        return self._dataset

    async def _stocked(self) -> str:
        source = self.folder / "sources" / "cats"
        source.mkdir(parents=True, exist_ok=True)
        for name in ("1", "2", "3"):
            (source / name).touch()
        async with self.house.client() as client:
            wanted = {"name": f"cats {new_id()}", "source": str(source), "labels": [{"name": "cat"}]}
            made = (await client.post("/v1/datasets", json=wanted)).json()["id"]
            await synchronized(self.house, made, self.folder)
            samples = (await client.get(f"/v1/datasets/{made}/samples")).json()["samples"]
            said = [{"sample": one["id"], "labels": [{"name": "cat"}]} for one in samples[:2]]
            assert (await client.put(f"/v1/datasets/{made}/samples/labels", json={"samples": said})).status_code == 200
        return str(made)

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._over.set)
        self._thread.join(20)
        self.loop.close()
        self.store.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served_ = Served(tmp_path_factory.mktemp("fuzzed"))
    yield served_
    served_.close()


# That a request fits its shape does not mean that it is done: there may be no such kind, folder or user.
NOT_ASKED: list[Any] = [positive_data_acceptance]
stages = itertools.cycle(STAGES)


@pytest.mark.property
@schema.exclude(operation_id="readFeed").parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_house(case: Case[Any], house: Served) -> None:
    path, query, body = case.path_parameters or {}, case.query or {}, case.body
    if "job_id" in path and len(str(path["job_id"])) == 32:
        path["job_id"] = house.job(next(stages))
    if "schedule_id" in path and len(str(path["schedule_id"])) == 32:
        path["schedule_id"] = house.schedule()
    if "dataset_id" in path and len(str(path["dataset_id"])) == 32 and case.method != "DELETE":
        path["dataset_id"] = house.dataset()
    if "wait" in query:
        query["wait"] = 0
    query.pop("follow", None)
    if "subject" in path:
        path["name"] = f"nobody{len(str(path['name']))}"  # a limit that holds would keep further jobs out
    if isinstance(body, dict) and isinstance(body.get("folder"), str):
        body["folder"] = str(house.folder / "inside")
    headers = {"Authorization": f"Bearer {house.house.tokens['ada']}"}
    response = case.call(base_url=house.house.url, headers=headers)
    case.validate_response(response, headers=headers, excluded_checks=NOT_ASKED)
