"""Dividing datasets among people: assignments, ground truth and replicas."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.shapes.assignments import Assignment


class Truth(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which frames are annotated once more, with special care."""

    frames: list[int] | None = None
    count: int | None = None
    share: float | None = None
    seed: int | None = None


class Division(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a dataset is divided."""

    size: int = 0
    overlap: int = 0
    replicas: int = 0


class Assigning:
    """What may be asked about who works on which frames of a dataset."""

    _exchange: Exchange

    def assignments(self, id_: str) -> list[Assignment]:
        """Return the parts of a dataset that people work on, with its ground truth and replicas. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "assignments")), list[Assignment])

    def add_ground_truth(self, id_: str, frames: Sequence[int]) -> Assignment:
        """Choose frames that are annotated once more, apart, so that others can be compared with them.

        Say what is true by `annotate` with its layer. Raises Invalid for a frame that is not there, and Conflict when
        frames were chosen before.
        """
        call = Call(method="POST", path=_at(id_, "ground-truth"), body=Truth(frames=list(frames)), again=False)
        return self._exchange.ask(call, Assignment)

    def draw_ground_truth(
        self, id_: str, *, count: int | None = None, share: float | None = None, seed: int | None = None
    ) -> Assignment:
        """Have frames of a ground truth drawn at random: so many, or a share of all; the same ones for the same seed.

        Raises Invalid unless one of both is said, and Conflict when frames were chosen before or there are none.
        """
        body = Truth(count=count, share=share, seed=seed)
        return self._exchange.ask(
            Call(method="POST", path=_at(id_, "ground-truth"), body=body, again=False), Assignment
        )

    def divide(self, id_: str, *, size: int = 0, overlap: int = 0, replicas: int = 0) -> list[Assignment]:
        """Divide a dataset into assignments of `size` frames, 0 for one with all of them, each with replicas.

        Raises Conflict for a dataset that has no frames or was divided before.
        """
        body = Division(size=size, overlap=overlap, replicas=replicas)
        return self._exchange.ask(
            Call(method="POST", path=_at(id_, "division"), body=body, again=False), list[Assignment]
        )


def _at(id_: str, what: str) -> str:
    return f"/datasets/{segment(id_)}/{what}"
