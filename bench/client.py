"""The client's side of every engine, as a program of its own: it submits and prints how long that took.

`submit COUNT CONNECTIONS` submits as fast as the answers come; `pickup COUNT` submits into the quiet, with random gaps.
Nothing but Python is needed.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.body import VARIABLE

Submit = Callable[[int], object]
"""Submits the job of this number; returns when the engine has taken it as it promises."""
Burst = Callable[[range, int], float]
"""Submits the jobs of these numbers over so many connections; returns the seconds it took."""


def run(connect: Callable[[], Submit], burst: Burst | None = None) -> None:
    """Do what the command line says. `connect` opens one connection; `burst` takes the place of our own threads."""
    what, count = sys.argv[1], int(sys.argv[2])
    if what == "pickup":
        told: dict[str, object] = {"asked": _pickup(connect(), count)}
    else:
        connections = min(int(sys.argv[3]), count)
        seconds, numbers = 0.0, range(connections, count)
        spent = time.process_time()
        seconds = burst(range(count), connections) if burst else _burst(connect, numbers, connections)
        told = {"seconds": seconds, "count": len(numbers), "cpu": time.process_time() - spent}
    print(json.dumps(told), flush=True)


def _burst(connect: Callable[[], Submit], numbers: range, connections: int) -> float:
    """Submit from one thread a connection; each warms its connection with one job before the clock starts.

    Where one of them fails there is no figure, and nobody waits for it.
    """
    left = iter(numbers)
    taking = threading.Lock()
    ready = threading.Barrier(connections + 1)
    failed = list[BaseException]()

    def one(number: int) -> None:
        submit = connect()
        submit(number)
        ready.wait()
        while True:
            with taking:
                chosen = next(left, None)
            if chosen is None:
                return
            submit(chosen)

    def watched(number: int) -> None:
        try:
            one(number)
        except BaseException as error:  # noqa: BLE001 - told by whoever waits for all of them
            failed.append(error)
            ready.abort()

    threads = [threading.Thread(target=watched, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    with suppress(threading.BrokenBarrierError):
        ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.perf_counter() - began


def _pickup(submit: Submit, count: int) -> list[tuple[int, float]]:
    """Submit one job at a time, each when the one before has begun; return when each was asked for."""
    records = Path(os.environ[VARIABLE])
    dice, asked = random.Random(7), []
    for number in range(count):
        time.sleep(dice.uniform(0.03, 0.1))
        before = records.stat().st_size
        asked.append((number, time.monotonic()))
        submit(number)
        until = time.monotonic() + 30
        while records.stat().st_size == before and time.monotonic() < until:
            time.sleep(0.002)
    return asked
