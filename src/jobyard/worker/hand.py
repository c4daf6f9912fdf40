"""What a worker has in hand: every attempt it holds, from the claim until the house knows how it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum, IntEnum, auto

from jobyard.job.clock import SECOND
from jobyard.job.desk import Assignment, Held
from jobyard.job.record import Progress
from jobyard.worker.output import Output
from jobyard.worker.slate import Slate

_STOCK = 0.8
"""Seconds of work that a slot may claim ahead."""
_WEIGHT = 0.2
_SLOW = 2.0
_UNSETTLED = 256


class Cause(IntEnum):
    """Why running work shall end before it is done; the greater one wins."""

    NONE = auto()
    LEAVE = auto()
    """The worker stops; somebody else shall do it."""
    TIMEOUT = auto()
    """It ran longer than it may."""
    STOP = auto()
    """Somebody cancelled it."""
    DROP = auto()
    """It is not ours any more."""


class Phase(Enum):
    """How far an attempt has come in this worker."""

    WAITING = auto()
    RUNNING = auto()
    ENDING = auto()
    """It is over, and the house does not know yet."""


class Holding:
    """One attempt in hand."""

    def __init__(self, assignment: Assignment, asked: float) -> None:
        self.assignment = assignment
        self.job = assignment.job
        self.key = (self.job.id, self.job.attempt)
        self.held = Held(job=self.job.id, attempt=self.job.attempt)
        self.since = asyncio.get_running_loop().time()
        """When it came, in the loop's time."""
        self.sure = asked + self.lease
        """Until when, in the loop's time, the house counts it as ours whatever happens."""
        self.phase = Phase.WAITING
        self.began = self.since
        """When its work began, in the loop's time; until then, when it came."""
        self.cause = Cause.NONE
        self.react: Callable[[Cause], None] | None = None
        """Called when a cause to end the work comes up or a greater one takes its place."""
        self.output: Output | None = None
        self.slate: Slate | None = None
        self.progress: Progress | None = None
        """The newest that the work has told."""
        self.told: Progress | None = None
        """The newest that the house has been told."""
        self.begun_told = False

    @property
    def lease(self) -> float:
        """The lease's length in seconds."""
        return self.assignment.lease / SECOND

    def ran(self) -> int:
        """Return the microseconds since its work began."""
        return int((asyncio.get_running_loop().time() - self.began) * SECOND)

    def want(self, cause: Cause) -> None:
        """Note that the work shall end, and let whoever runs it act on it."""
        if cause > self.cause:
            self.cause = cause
            if self.react is not None:
                self.react(cause)

    def look(self, at: int) -> None:
        """Read from the slate how far the work is."""
        newest = self.slate.read(at) if self.slate is not None else None
        if newest is not None and (self.progress is None or _differs(newest, self.progress)):
            self.progress = newest

    def __str__(self) -> str:
        """Name it in a log line."""
        return f"job {self.job.id} attempt {self.job.attempt}"


class Hand:
    """All attempts in hand, and how many more the worker should take."""

    def __init__(self, slots: int, ahead: int) -> None:
        self._slots = slots
        self._ahead = max(1, ahead)
        self._holdings: dict[tuple[str, int], Holding] = {}
        self._line: deque[Holding] = deque()
        self._mean: float | None = None
        self._lease = float("inf")
        self._closed = False
        self._arrived = asyncio.Event()
        self.changed = asyncio.Event()
        """Set when there may be room for more, or nothing is left."""

    def __iter__(self) -> Iterator[Holding]:
        return iter(list(self._holdings.values()))

    def __len__(self) -> int:
        return len(self._holdings)

    def get(self, job: str, attempt: int) -> Holding | None:
        """Return the attempt if it is in hand."""
        return self._holdings.get((job, attempt))

    @property
    def shortest_lease(self) -> float:
        """Seconds of the shortest lease ever given; infinite before the first."""
        return self._lease

    @property
    def busy(self) -> bool:
        """Whether work is waiting for a free slot."""
        return bool(self._line)

    def room(self) -> int:
        """Return how many attempts to ask for now; 0 while there is enough in hand."""
        count = self._slots * self._depth()
        ending = sum(holding.phase is Phase.ENDING for holding in self._holdings.values())
        unended = len(self._holdings) - ending
        if self._closed or ending > _UNSETTLED or (count > self._slots and unended > count // 2):
            return 0
        return max(0, count - unended)

    def take_in(self, assignment: Assignment, asked: float) -> Holding | None:
        """Add a claimed attempt; None when it is in hand already. `asked` is when the claim was sent."""
        holding = Holding(assignment, asked)
        if holding.key in self._holdings:
            return None
        self._lease = min(self._lease, holding.lease)
        self._holdings[holding.key] = holding
        self._line.append(holding)
        self._arrived.set()
        return holding

    async def next(self) -> Holding | None:
        """Wait for an attempt to run; None when the hand is closed."""
        while not self._closed:
            while self._line:
                holding = self._line.popleft()
                if holding.phase is Phase.WAITING:
                    return holding
            self._arrived.clear()
            await self._arrived.wait()
        return None

    def learn(self, seconds: float) -> None:
        """Note how long an attempt ran, so as to claim ahead only while attempts are short."""
        self._mean = seconds if self._mean is None else self._mean + (seconds - self._mean) * _WEIGHT
        self.changed.set()

    def waiting(self) -> list[Holding]:
        """Return the attempts that are claimed and not begun."""
        return [holding for holding in self._holdings.values() if holding.phase is Phase.WAITING]

    def overdue(self, now: float) -> list[Holding]:
        """Return waiting attempts that others should have, since ours take longer than thought."""
        found = [holding for holding in self.waiting() if now - holding.since > min(_SLOW, holding.lease / 4)]
        if found:
            self._mean = max(self._mean or 0.0, _SLOW)
        return found

    def settle(self, holding: Holding) -> None:
        """Let go of an attempt."""
        self._holdings.pop(holding.key, None)
        self.changed.set()

    def close(self) -> None:
        """Give out nothing more."""
        self._closed = True
        self._arrived.set()
        self.changed.set()

    def _depth(self) -> int:
        if self._mean is None:
            return 1
        stock = min(_STOCK, self._lease / 4)
        return max(1, min(self._ahead, int(stock / max(self._mean, 1e-6))))


def _differs(one: Progress, other: Progress) -> bool:
    return (one.done, one.total, one.text) != (other.done, other.total, other.text)
