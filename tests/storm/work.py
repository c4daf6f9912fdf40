"""A worker for storms: the real one, with the storm's kinds."""

from __future__ import annotations

import json
import sys

from jobyard.worker.loop import run
from jobyard.worker.options import WorkerOptions

if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    sys.exit(run(WorkerOptions(**given, registry="tests.storm.kinds:REGISTRY", wait=2.0)))
