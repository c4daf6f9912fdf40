"""A dataset that comes from a folder, synchronized by a worker as through another door."""

from __future__ import annotations

import asyncio

from jobyard.datasets.record import Draft
from jobyard.people.record import Actor, Role
from tests.faces.cvat.house import House


async def synchronized(house: House, files: dict[str, bytes]) -> int:
    """Lay out files, make a dataset of mia's of them, and return its number."""
    folder = house.files / "synchronized"
    folder.mkdir()
    for name, content in files.items():
        await asyncio.to_thread((folder / name).write_bytes, content)
    made = await house.datasets.create(Actor(name="mia", role=Role.MEMBER), Draft(name="folder", source=str(folder)))
    await house.submit(kind="dataset.sync", parameters={"dataset": made.id})
    await house.work()
    return int(made.number)
