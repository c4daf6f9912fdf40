"""The kind `text.count`: count the words of a text, slowly enough to watch."""

from __future__ import annotations

import csv
import time
from collections import Counter
from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from jobyard.kinds import Context, Kind


class TextCountParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Checked before a job is written down; a wrong submission is refused and told where it is wrong."""

    text: Annotated[str, Meta(min_length=1, max_length=100_000)]
    pause: Annotated[float, Meta(ge=0, le=10)] = 0.0
    """Seconds to rest behind each line."""


class TextCount(Kind):
    """Counts words line by line and writes how often each of them occurs."""

    name: ClassVar[str] = "text.count"
    title: ClassVar[str] = "Count words"
    Parameters = TextCountParameters
    tries: ClassVar[int] = 2

    def run(self, parameters: TextCountParameters, context: Context) -> dict[str, Any]:
        """Return how many words there are and how many different ones; `words.csv` has each of them."""
        lines = parameters.text.splitlines()
        counts = Counter[str]()
        for number, line in enumerate(lines, 1):
            counts.update(line.casefold().split())
            # Progress is cheap, and it ends the work here when somebody cancelled the job.
            context.progress(number, len(lines), f"line {number} of {len(lines)}")
            time.sleep(parameters.pause)
        with context.result_file("words.csv", "text/csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("word", "count"), *sorted(counts.items())])
        context.log(f"Counted {counts.total()} words.")
        return {"words": counts.total(), "different": len(counts)}
