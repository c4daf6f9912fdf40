"""Sample: some of the records, of all or of each group."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl

from jobyard.workflows.document.markup import Element
from jobyard.workflows.table import Table
from jobyard.workflows.toolbox.craft import Craft, names
from jobyard.workflows.work import Work

_MODES = frozenset({"First", "Last", "Skip", "Sample", "Random", "Percent", "NPercent"})


class Sample(Craft):
    """The records that are kept stay in their order; one of every N is the first of them."""

    plugins: ClassVar[frozenset[str]] = frozenset({"Sample"})

    @classmethod
    def unsupported(cls, configuration: Element) -> list[str]:
        """Return the way of sampling, when it is not done here."""
        mode = configuration.said("Mode").strip()
        found = [] if mode in _MODES else [f"the way of sampling {mode!r}"]
        count = configuration.value("N").strip()
        return found if count.isascii() and count.isdigit() else [*found, f"the number {count[:20]!r}"]

    def run(self, work: Work) -> dict[str, Table]:
        """Return the sample."""
        table = work.table()
        mode, count = work.configuration.said("Mode").strip(), int(work.configuration.value("N").strip()[:12])
        groups = [table.field(name).name for name in names(work.configuration, "GroupFields", "Field")]
        place, total = pl.int_range(pl.len()), pl.len()
        if groups:
            place, total = place.over(groups), total.over(groups)
        if mode == "Random":
            chance = np.random.default_rng().random(table.height) * max(count, 1) < 1
            return {"Output": table.rows(table.frame.filter(pl.Series(chance)))}
        kept = {
            "First": place < count,
            "Last": place >= total.cast(pl.Int64) - count,
            "Skip": place >= count,
            "Sample": place % max(count, 1) == 0,
            "Percent": place < (total * count / 100).round(0),
        }[mode.removeprefix("N")]
        return {"Output": table.rows(table.frame.filter(kept))}
