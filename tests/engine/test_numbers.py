from __future__ import annotations

import asyncio

import pytest

from jobyard.engine.numbers import Numbers
from tests.engine.yard import Yard

pytestmark = pytest.mark.anyio


async def test_each_name_has_a_number_of_its_own_line_for_ever(yard: Yard) -> None:
    numbers = Numbers(yard.engine.ledger)
    first = await numbers.of("users", ["mia", "max", "mia"])
    assert first == {"mia": 1, "max": 2}
    assert await numbers.one("users", "ada") == 3 and await numbers.one("projects", "ada") == 1
    again = Numbers(yard.engine.ledger)
    assert await again.of("users", ["ada", "mia"]) == {"ada": 3, "mia": 1}


async def test_a_number_leads_back_to_its_name(yard: Yard) -> None:
    numbers = Numbers(yard.engine.ledger)
    await numbers.one("users", 'täst "1"')
    assert await numbers.named("users", 1) == 'täst "1"'
    for number in (0, -1, 2, 10**40):
        assert await numbers.named("users", number) is None


async def test_two_that_ask_at_once_get_the_same_number(yard: Yard) -> None:
    houses = [Numbers(yard.engine.ledger) for _ in range(8)]
    found = await asyncio.gather(*(one.of("users", ["mia", f"u{place}"]) for place, one in enumerate(houses)))
    assert {one["mia"] for one in found} == {found[0]["mia"]}
    every = [number for one in found for name, number in one.items() if name != "mia"]
    assert sorted([*every, found[0]["mia"]]) == list(range(1, 10))
