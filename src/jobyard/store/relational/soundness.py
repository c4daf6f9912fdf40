"""Whether what is kept twice says the same twice: counters and jobs, events and jobs, words and jobs."""

from __future__ import annotations

from jobyard.job.filters import BLOCK
from jobyard.store.relational.database import Database

_SHOWN = 20


def findings(database: Database) -> list[str]:
    """Return what does not agree, one sentence each; empty when all is sound."""
    found = _counters(database)
    found += [
        f"Job {id_} is {state}, but its newest event says {told}."
        for id_, state, told in database.all("wrong_states", {})
    ]
    found += [f"There are {count} {what} of no job." for what, count in database.all("lost_children", {}) if count]
    found += [
        f"The result files of {owner}'s jobs are said to take {kept} bytes, but they take {true}."
        for owner, kept, true in database.all("wrong_stored", {})
    ]
    if database.dialect == "sqlite":
        found += [
            f"Among {owner}'s jobs {block * BLOCK} to {(block + 1) * BLOCK - 1}, {kept} of one sort are counted, "
            f"but there are {true}."
            for owner, block, kept, true in database.all("wrong_blocks", {"size": BLOCK})
        ]
    unsearchable, unknown = database.all("unsearchable_jobs", {})[0]
    if unsearchable:
        found.append(f"{unsearchable} jobs cannot be found by their words.")
    if unknown:
        found.append(f"The words of {unknown} jobs that are no more can still be found.")
    return found


def _counters(database: Database) -> list[str]:
    kept = {row[:5]: row[5] for row in database.all("kept_counters", {})}
    true = {row[:5]: row[5] for row in database.all("counted_jobs", {})}
    wrong = sorted(key for key in kept.keys() | true.keys() if kept.get(key, 0) != true.get(key, 0))
    return [
        f"The counter of {key[0]}'s {key[4]} jobs of kind {key[3]} in queue {key[2]} says {kept.get(key, 0)}, "
        f"but there are {true.get(key, 0)}."
        for key in wrong[:_SHOWN]
    ]
