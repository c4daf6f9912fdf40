"""Which sample carries which label, and the counters kept of that: changed only here, with what they count.

Only what was said in the dataset's own layer counts. A tag or shape puts its label on its frame's sample, a track on
those of its key frames in which its thing is in the picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from jobyard.datasets.annotations import Track
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables.statements import QUERIES, listed
from jobyard.store.contract import Transaction, View


def by(view: View, dataset: int, samples: Iterable[int]) -> dict[int, set[int]]:
    """Return the labels that samples carry; those without any are left out."""
    found = dict[int, set[int]]()
    for sample, label in view.rows(QUERIES["carried_by"], {"dataset": dataset, "numbers": listed(samples)}):
        found.setdefault(sample, set()).add(label)
    return found


def settle(
    transaction: Transaction,
    dataset: int,
    samples: Iterable[int],
    uses: Mapping[int, int],
    *,
    by_hand: bool,
    gone: bool = False,
) -> None:
    """Make what these samples carry, and the counters, true again after annotations of theirs were changed.

    `uses` is by how much the annotations of each label grew. With `by_hand` the samples count as looked at by a person.
    With `gone` the samples themselves are about to be deleted.
    """
    touched = sorted(set(samples))
    before = by(transaction, dataset, touched)
    after = {} if gone else _said(transaction, dataset, [number - 1 for number in touched])
    more = Counter[int]()
    carried, dropped = list[dict[str, int]](), list[dict[str, int]]()
    flags = list[dict[str, int]]()
    for sample in touched:
        old, new = before.get(sample, set()), after.get(sample, set())
        more.update(new - old)
        more.subtract(old - new)
        carried += [{"dataset": dataset, "sample": sample, "label": label} for label in new - old]
        dropped += [{"dataset": dataset, "sample": sample, "label": label} for label in old - new]
        if not gone and (by_hand or bool(old) is not bool(new)):
            flags.append({"dataset": dataset, "number": sample, "annotated": int(bool(new)), "by_hand": int(by_hand)})
    transaction.run_many(QUERIES["drop_carried"], dropped)
    transaction.run_many(QUERIES["carry"], carried)
    transaction.run_many(QUERIES["flag_sample"], flags)
    count(transaction, dataset, more, uses, len(after) - len(before))


def settle_anew(
    transaction: Transaction, dataset: int, stretches: Sequence[Sequence[int]], uses: Mapping[int, int]
) -> None:
    """Do what `settle` does by hand, with the database's own means: for many samples, ascending, of which much changed.

    What they carry is taken away and put on them again, one stretch of them after the other.
    """
    before, annotated = _labels(transaction, dataset, stretches), 0
    for samples in stretches:
        chosen = {"dataset": dataset, "numbers": listed(samples)}
        annotated -= _carrying_any(transaction, chosen)
        _put_on_anew(transaction, dataset, samples, chosen)
        annotated += _carrying_any(transaction, chosen)
    after = _labels(transaction, dataset, stretches)
    after.subtract(before)
    count(transaction, dataset, after, uses, annotated)


def count(
    transaction: Transaction, dataset: int, samples: Mapping[int, int], uses: Mapping[int, int], annotated: int
) -> None:
    """Add to the kept counters: samples and uses by label, and how many samples carry any."""
    rows = [
        {"dataset": dataset, "label": label, "samples": samples.get(label, 0), "uses": uses.get(label, 0)}
        for label in sorted({*samples, *uses})
        if samples.get(label) or uses.get(label)
    ]
    transaction.run_many(QUERIES["count_label"], rows)
    if annotated:
        transaction.run(QUERIES["count_annotated"], {"dataset": dataset, "more": annotated})


def fresh(transaction: Transaction, dataset: int, said: Sequence[tuple[int, int]]) -> None:
    """Note what samples carry that carried nothing: (sample, label) for each of their annotations."""
    pairs = dict.fromkeys(said)
    annotated = dict.fromkeys(sample for sample, _ in pairs)
    transaction.run_many(
        QUERIES["carry"], [{"dataset": dataset, "sample": sample, "label": label} for sample, label in pairs]
    )
    flags = [{"dataset": dataset, "number": sample, "annotated": 1, "by_hand": 0} for sample in annotated]
    transaction.run_many(QUERIES["flag_sample"], flags)
    samples, uses = Counter(label for _, label in pairs), Counter(label for _, label in said)
    count(transaction, dataset, samples, uses, len(annotated))


def carrying(view: View, dataset: int, label: int, limit: int) -> list[tuple[int, bool]]:
    """Return the first samples that carry a label, and whether each carries another one."""
    parameters = {"dataset": dataset, "label": label, "limit": limit}
    return [(sample, bool(more)) for sample, more in view.rows(QUERIES["carrying"], parameters)]


def samples_of(view: View, dataset: int, label: int) -> int:
    """Return how many samples carry a label; a kept counter."""
    rows = view.rows(QUERIES["label_count"], {"dataset": dataset, "label": label})
    return rows[0][0] if rows else 0


def drop_some(transaction: Transaction, dataset: int, limit: int) -> bool:
    """Forget up to `limit` of what the samples of a dataset carry, uncounted; tell whether there was any."""
    rows = transaction.rows(QUERIES["some_carried"], {"dataset": dataset, "limit": limit})
    dropped = [{"dataset": dataset, "sample": sample, "label": label} for sample, label in rows]
    transaction.run_many(QUERIES["drop_carried"], dropped)
    return bool(rows)


def forget_label(transaction: Transaction, dataset: int, label: int) -> None:
    """Forget the counters of a label that nothing carries any more."""
    transaction.run(QUERIES["drop_count"], {"dataset": dataset, "label": label})


def forget(transaction: Transaction, dataset: int) -> None:
    """Forget the counters of a dataset's labels."""
    transaction.run(QUERIES["drop_counts"], {"dataset": dataset})


def shown_in(track: Track) -> set[int]:
    """Return the key frames of a track in which its thing is in the picture."""
    return {position.frame for position in track.positions if not position.outside}


def _put_on_anew(transaction: Transaction, dataset: int, samples: Sequence[int], chosen: Mapping[str, object]) -> None:
    transaction.run(QUERIES["drop_carried_by"], chosen)
    transaction.run(QUERIES["carry_said"], chosen)
    wanted = {number - 1 for number in samples}
    moving = [
        {"dataset": dataset, "sample": frame + 1, "label": track.label}
        for track in kept.tracks(transaction, dataset, 0, samples[0] - 1, samples[-1] - 1)
        for frame in shown_in(track) & wanted
    ]
    transaction.run_many(QUERIES["carry_once"], moving)
    transaction.run(QUERIES["flag_carrying"], chosen)


def _labels(view: View, dataset: int, stretches: Sequence[Sequence[int]]) -> Counter[int]:
    """Return how many samples carry each label: of one stretch, or of the dataset, which an index counts at once."""
    if len(stretches) == 1:
        chosen = {"dataset": dataset, "numbers": listed(stretches[0])}
        return Counter(dict(view.rows(QUERIES["carried_counts"], chosen)))
    return Counter(dict(view.rows(QUERIES["carried_counts_of_all"], {"dataset": dataset})))


def _carrying_any(view: View, chosen: Mapping[str, object]) -> int:
    """Return how many of certain samples carry a label."""
    return int(view.rows(QUERIES["carrying_any"], chosen)[0][0])


def _said(view: View, dataset: int, frames: Sequence[int]) -> dict[int, set[int]]:
    """Return which labels the annotations of the dataset's own layer put on these frames, by sample."""
    found = dict[int, set[int]]()
    if not frames:
        return found
    for frame, label in view.rows(QUERIES["said_at"], {"dataset": dataset, "frames": listed(frames)}):
        found.setdefault(frame + 1, set()).add(label)
    wanted = set(frames)
    for track in kept.tracks(view, dataset, 0, frames[0], frames[-1]):
        for frame in shown_in(track) & wanted:
            found.setdefault(frame + 1, set()).add(track.label)
    return found
