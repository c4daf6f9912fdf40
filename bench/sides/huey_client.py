"""Huey's side, run by the peers' Python: the queue that client and consumer share, and a client that submits."""

from __future__ import annotations

import os

from huey import SqliteHuey

from bench import body, client

QUEUE = SqliteHuey("bench", filename=os.environ["BENCH_FILE"], fsync=True)


@QUEUE.task()
def append(number: int) -> None:
    """Do the work."""
    body.append(number)


def connect() -> client.Submit:
    """Return what submits; each thread has a connection of its own."""
    return append


if __name__ == "__main__":
    # The consumer knows the task by this module's name, not as __main__'s.
    from bench.sides import huey_client

    client.run(huey_client.connect)
