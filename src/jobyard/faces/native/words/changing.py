"""Edits, running again and bulk verbs in the native protocol's words."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from jobyard.engine.bulk import BulkVerb, Done
from jobyard.engine.submission import Edits
from jobyard.faces.native.wire import AgainIn, BulkIn, BulkOut, BulkRefusal, EditIn
from jobyard.faces.native.words.asking import cursor_text
from jobyard.faces.native.words.times import micros
from jobyard.job.errors import Invalid

BULK = "bulk"
"""The list that the cursors of bulk calls belong to."""
_REASONS = 20


def edits_in(wish: EditIn, path: str = "") -> Edits:
    """Return what shall be different about a waiting job. Raises Invalid where nothing shall."""
    edits = _edits(wish, path)
    if not edits.changes():
        raise Invalid(reason="Say what shall be different: name, queue, priority, labels or due_at.")
    return edits


def again_in(wish: AgainIn) -> tuple[Edits, dict[str, Any] | None]:
    """Return what shall be different about a job that is run again, and its parameters; None for the old ones."""
    parameters = wish.parameters
    return _edits(wish, ""), None if isinstance(parameters, UnsetType) else parameters


def bulk_edits(wish: BulkIn) -> Edits:
    """Return what a bulk verb shall make different. Raises Invalid where it is missing, or said of another verb."""
    if (wish.verb == BulkVerb.EDIT.value) != (wish.edits is not None):
        sentence = "Needed for the verb edit, and taken for no other"
        raise Invalid(reason=f"{sentence} (edits).", fields=[{"path": "edits", "message": sentence}])
    return Edits() if wish.edits is None else edits_in(wish.edits, "edits.")


def bulk_out(matched: tuple[int, bool] | None, done: Done) -> BulkOut:
    """Return what one call did; `matched` is how many were counted, and whether these are all."""
    said, rest = done.refused.most_common(_REASONS), done.refused.total()
    refused = [BulkRefusal(reason=reason, count=count) for reason, count in said]
    rest -= sum(one.count for one in refused)
    if rest:
        refused.append(BulkRefusal(reason="For other reasons.", count=rest))
    total, exact = (None, False) if matched is None else matched
    return BulkOut(
        matched=total,
        matched_exact=exact,
        looked_at=done.looked_at,
        done=done.done,
        refused=refused,
        next=cursor_text(done.next, BULK),
    )


def _edits(wish: EditIn | AgainIn, path: str) -> Edits:
    due_at = wish.due_at
    if due_at is not UNSET and due_at is not None:
        due: int | UnsetType | None = micros(due_at, f"{path}due_at")
    else:
        due = due_at
    return Edits(name=wish.name, queue=wish.queue, priority=wish.priority, labels=wish.labels, due_at=due)
