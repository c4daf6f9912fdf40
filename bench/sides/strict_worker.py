"""A Jobyard worker that never claims ahead: each start and each end is on disk before the next job begins."""

from __future__ import annotations

import sys
from pathlib import Path

from jobyard.worker.loop import run
from jobyard.worker.options import WorkerOptions

if __name__ == "__main__":
    url, key, slots = sys.argv[1:]
    token = Path(key).read_text(encoding="ascii")
    sys.exit(
        run(WorkerOptions(url=url, token=token, name="strict", slots=int(slots), ahead=1, registry="bench.kinds:KINDS"))
    )
