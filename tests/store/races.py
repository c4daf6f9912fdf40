"""Races that any store must come out of with one winner, told as what went wrong; empty when nothing did."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import wait
from functools import partial

from jobyard.job import moves
from jobyard.job.errors import ChangedMeanwhile
from jobyard.job.events import Change
from jobyard.job.filters import EVERYTHING
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import Store, Transaction
from tests.store.making import LEASE, NOW, PATIENCE, Hand


def same_revision(stores: Sequence[Store], rounds: int, contenders: int) -> list[str]:
    """Let several changes of one revision race, round after round."""
    wrong = []
    hand = Hand(stores[0])
    for _ in range(rounds):
        job = hand.submit()
        changes = [moves.claim(job, NOW, f"w{number}", LEASE) for number in range(contenders)]
        futures = [stores[number % len(stores)].write(partial(_apply, change)) for number, change in enumerate(changes)]
        errors = [future.exception(PATIENCE) for future in futures]
        winners = errors.count(None)
        others = [error for error in errors if error is not None and not isinstance(error, ChangedMeanwhile)]
        if winners != 1:
            wrong.append(f"{winners} of {contenders} changes of one revision happened")
        wrong += [f"unexpected: {error!r}" for error in others]
    return wrong


def claims(stores: Sequence[Store], jobs: int, workers: int, limit: int) -> list[str]:
    """Let workers claim and finish all jobs of one queue side by side; return what went wrong."""
    hand = Hand(stores[0])
    ids = [hand.submit(priority=number % 3).id for number in range(jobs)]
    taken: list[tuple[str, int]] = []
    errors: list[BaseException] = []
    guard = threading.Lock()

    def run(store: Store, name: str) -> None:
        try:
            while len(taken) < jobs:
                claimed = store.write(partial(_claim, name, limit)).result(PATIENCE)
                with guard:
                    taken.extend((job.id, job.attempt) for job in claimed)
                wait([store.write(partial(_finish, job)) for job in claimed], PATIENCE)
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)
            taken.extend([("", 0)] * jobs)

    threads = [
        threading.Thread(target=run, args=(stores[number % len(stores)], f"w{number}")) for number in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [repr(error) for error in errors] + _judged(hand, ids, taken)


def _judged(hand: Hand, ids: list[str], taken: list[tuple[str, int]]) -> list[str]:
    wrong = [f"{claim} was given out {times} times" for claim, times in Counter(taken).items() if times > 1]
    wrong += [f"{id_} was never given out" for id_ in set(ids) - {id_ for id_, _ in taken}]
    counts = {tally.state: tally.count for tally in hand.see(lambda view: view.tallies(EVERYTHING))}
    if counts != {State.SUCCEEDED: len(ids)}:
        wrong.append(f"the counters say {counts}")
    return wrong + list(hand.store.check())


def _apply(change: Change, transaction: Transaction) -> Job:
    return transaction.apply(change)


def _claim(worker: str, limit: int, transaction: Transaction) -> list[Job]:
    found = transaction.candidates(["default"], ["test.work"], NOW, limit)
    return [transaction.apply(moves.claim(job, NOW, worker, LEASE)) for job in found]


def _finish(job: Job, transaction: Transaction) -> Job:
    return transaction.apply(moves.finish(job, job.attempt, NOW))
