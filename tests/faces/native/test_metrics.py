"""/metrics: open to this machine, guarded for others, and without a secret or a name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from jobyard.people.record import KeyScope
from tests.faces.native.house import House, served

pytestmark = pytest.mark.anyio
FAR = {"X-Forwarded-For": "203.0.113.9"}


async def test_this_machine_reads_them_without_a_login(house: House) -> None:
    job = await house.running(name="secret name", labels={"hidden": "value"})
    await house.end(job)
    async with house.client(None) as nobody:
        answer = await nobody.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"jobyard_jobs", "jobyard_job_events", "jobyard_job_run_seconds", "jobyard_store_commit_works"} <= names
    for word in ("secret", "hidden", job.id, "mia", "w1", *house.tokens.values()):
        assert word not in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"])
async def test_what_a_proxy_passes_on_does_not_come_from_this_machine(house: House, header: str) -> None:
    async with house.client(None, headers={header: "203.0.113.9"}) as nobody:
        assert (await nobody.get("/metrics")).status_code == 401
    async with house.client("olga", headers={header: "203.0.113.9"}) as operator:
        assert (await operator.get("/metrics")).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("olga", 200), ("mia", 403), ("vera", 403)])
async def test_from_elsewhere_it_takes_an_operator(house: House, who: str, status: int) -> None:
    async with house.client(who, headers=FAR) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["code"] == "refused" and "jobyard_" not in answer.text


async def test_a_read_only_key_will_do_and_a_worker_s_will_not(house: House) -> None:
    for scope, status in ((KeyScope.READ, 200), (KeyScope.DESK, 403)):
        async with house.client(token=await house.token("ada", scope), headers=FAR) as client:
            assert (await client.get("/metrics")).status_code == status
    async with house.client(token="jy_wrong", headers=FAR) as stranger:
        assert (await stranger.get("/metrics")).status_code == 401


@pytest.fixture
async def public(built: Callable[..., House]) -> AsyncIterator[House]:
    """A house behind a proxy."""
    async with served(built(public_url="https://jobs.example", expose=True)) as house:
        yield house


async def test_a_house_behind_a_proxy_is_open_to_nobody(public: House) -> None:
    async with public.client(None) as nobody:
        assert (await nobody.get("/metrics")).status_code == 401


@pytest.fixture
async def open_house(built: Callable[..., House]) -> AsyncIterator[House]:
    """A house that shows its metrics to everybody."""
    async with served(built(public_url="https://jobs.example", expose=True, metrics_open=True)) as house:
        yield house


async def test_a_setting_opens_them(open_house: House) -> None:
    async with open_house.client(None, headers=FAR) as nobody:
        assert (await nobody.get("/metrics")).status_code == 200


async def test_they_are_no_part_of_the_document(house: House) -> None:
    async with httpx2.AsyncClient(base_url=house.url, trust_env=False) as client:
        assert "/metrics" not in (await client.get("/v1/openapi.json")).json()["paths"]
