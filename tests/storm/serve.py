"""A server for storms: the real wiring with the storm's kinds, short leases, and its keys told on the first line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import msgspec
import uvicorn

from jobyard.job import moves
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Key, KeyForm, KeyScope
from jobyard.server import House, open_store
from jobyard.settings import Settings
from tests.storm.kinds import REGISTRY


def break_promise(which: str) -> None:
    """Break one promise on purpose, so that the storms can show that they would see it."""
    if which == "fence":
        moves.holds = lambda job, attempt: job.state is State.RUNNING


async def main(settings: Settings, keys: Path, *, known: bool) -> None:
    house = House(settings, open_store(settings), REGISTRY)
    if not known:
        await house.first_password()
        people = house.engine.people
        full = Key(id="", user="admin", form=KeyForm.TOKEN)
        desk = Key(id="", user="admin", form=KeyForm.TOKEN, scope=KeyScope.DESK)
        told = {"token": (await people.add_key(HOUSE, full))[1], "desk": (await people.add_key(HOUSE, desk))[1]}
        await asyncio.to_thread(keys.write_text, json.dumps(told))
    config = uvicorn.Config(house.app, host="127.0.0.1", port=settings.port, log_level="warning", access_log=False)
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    break_promise(os.environ.get("STORM_BREAKS", ""))
    given = msgspec.json.decode(sys.argv[1].encode(), type=Settings)
    place = Path(sys.argv[2])
    asyncio.run(main(given, place, known=place.exists()))
