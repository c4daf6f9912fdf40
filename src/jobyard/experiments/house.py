"""The room as its faces see it: everything that may be asked of experiments, by sort of verb."""

from __future__ import annotations

from pathlib import Path

from jobyard.engine.engine import Engine
from jobyard.experiments.agents import Agents
from jobyard.experiments.console import Console
from jobyard.experiments.curves import Curves
from jobyard.experiments.deleting import Deleting
from jobyard.experiments.folders import Folders
from jobyard.experiments.ground import Ground
from jobyard.experiments.keeping import Keeping
from jobyard.experiments.library import Library
from jobyard.experiments.life import Life
from jobyard.experiments.lines import Lines
from jobyard.experiments.machines.samples import Machines
from jobyard.experiments.opening import Opening
from jobyard.experiments.ordering import Ordering
from jobyard.experiments.placing import Placing
from jobyard.experiments.reports import Reports
from jobyard.experiments.search import Search
from jobyard.experiments.shelf import Shelf
from jobyard.experiments.tasks import Tasks
from jobyard.store.blobs import Blobs


class Experiments:
    """Everything that may be asked of experiments. Each verb asks `access` itself."""

    def __init__(self, engine: Engine, silence: float, files: Path, limit: int) -> None:
        """Take the engine, the seconds that a task may stay silent, the folder of files, and the most bytes of one."""
        ground = Ground(engine, silence)
        self.ground = ground
        self.tasks = Tasks(ground)
        self.life = Life(ground, self.tasks)
        self.deleting = Deleting(ground)
        self.search = Search(ground)
        self.folders = Folders(ground)
        self.placing = Placing(ground)
        self.opening = Opening(ground)
        self.lines = Lines(ground)
        self.ordering = Ordering(ground)
        self.agents = Agents(ground, self.tasks)
        self.machines = Machines(ground)
        self.reports = Reports(ground)
        self.curves = Curves(ground)
        self.console = Console(ground)
        self.library = Library(ground)
        self.shelf = Shelf(ground, Blobs(files), limit)
        self.keeping = Keeping(ground)

    async def sweep(self) -> None:
        """Forget what was kept beside jobs that are no more, and bytes that no file knows."""
        await self.deleting.sweep()
        await self.shelf.sweep()
