"""A yard in which work on datasets is done by hand: submitted, claimed, run in this process, finished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from jobyard.datasets.annotations import Annotations, Shape, ShapeKind, Tag
from jobyard.datasets.formats.facts import Item
from jobyard.datasets.labels import Attribute, Input, Label
from jobyard.datasets.record import Revision
from jobyard.datasets.uploads import Uploads
from jobyard.datasets.work.capability import WorkCapability
from jobyard.job import moves
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.kinds import Kind
from jobyard.people.record import Actor
from jobyard.store.contract import Store, Transaction
from tests.datasets.formats import drawn
from tests.datasets.yard import ADA, Yard, put
from tests.rehearsal import Rehearsal, context

CAT = Label(name="cat", color="#00ff00", attributes=(Attribute(name="mood", input=Input.TEXT),))
DOG = Label(name="dog", color="#0000ff")


class Shop(Yard):
    """One dataset of pictures, and whoever works on it."""

    def __init__(self, store: Store, folder: Path) -> None:
        super().__init__(store, folder)
        self.pictures = folder / "pictures"
        self.uploads = Uploads(folder / "uploads", 1 << 30)
        self.work = WorkCapability([self.root], self.vault, self.uploads, self.pictures)
        self.last: Rehearsal | None = None

    def stock(self, count: int, name: str = "cats", **given: Any) -> list[Label]:
        """Make a dataset of that many pictures with two labels, and return these."""
        source = self.root / name
        for number in range(count):
            put(source, f"{number}.png", drawn.png(64, 48))
        self.create(name, source=source, labels=(CAT, DOG), **given)
        self.synchronize(dataset=name)
        return self.ask(self.datasets.labels(ADA, name))

    def say(self, *said: Shape | Tag, name: str = "cats", layer: int = 0) -> Annotations:
        """Add annotations to a dataset, or apart from it."""
        add = Annotations(
            shapes=tuple(one for one in said if isinstance(one, Shape)),
            tags=tuple(one for one in said if isinstance(one, Tag)),
        )
        return self.ask(self.datasets.annotate(ADA, name, Revision(layer=layer, add=add)))

    def said(self, name: str = "cats", layer: int = 0) -> Annotations:
        """Return all that is said of a dataset."""
        return self.ask(self.datasets.annotations(ADA, name, layer=layer))

    def admit(self, kind: type[Kind], actor: Actor = ADA, **given: Any) -> Job:
        """Submit a job and claim it."""
        parameters = msgspec.convert(given, kind.Parameters)

        def work(transaction: Transaction) -> Job:
            resource = self.work.admit(transaction, actor, kind.name, parameters)
            job = Job(
                id=new_id(), kind=kind.name, owner=actor.name, parameters=given, resource=resource,
                state=State.QUEUED, tries=3,
            )  # fmt: skip
            return transaction.insert(moves.submit(job, self.clock.now(), actor.name))

        return self.claim(self.write(work))

    def call(self, job: Job, verb: str, payload: Any = None) -> Any:
        room, _, what = verb.partition(".")
        if room != "work":
            return super().call(job, verb, payload)
        return self.write(lambda transaction: self.work.call(transaction, job, what, payload, self.clock.now()))

    def do(self, kind: type[Kind], *, looks: int | None = None, actor: Actor = ADA, **given: Any) -> Any:
        """Do a job from its beginning to its end and return its result."""
        job = self.admit(kind, actor, **given)
        self.last = rehearsal = self.rehearse(job, looks=looks)
        try:
            result = kind().run(msgspec.convert(given, kind.Parameters), context(rehearsal))
        except BaseException:
            self.fail(job)
            raise
        self.finish(job, result)
        return result

    @property
    def results(self) -> Path:
        """The folder of the last job's result files."""
        assert self.last is not None
        return self.last.results


def box(frame: int, label: Label, left: float, **more: Any) -> Shape:
    points = (left, 0.0, left + 10, 10.0)
    return Shape(frame=frame, label=label.number, kind=ShapeKind.RECTANGLE, points=points, **more)


def shapes(items: Sequence[Item]) -> list[tuple[str, tuple[float, ...]]]:
    return [(item.frame.name, shape.points) for item in items for shape in item.annotations.shapes]
