"""Starts a worker from options given as JSON: `python -m tests.worker.start OPTIONS`."""

from __future__ import annotations

import logging
import os
import sys

import msgspec

from jobyard.worker.loop import run
from jobyard.worker.options import WorkerOptions

if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpcore2").setLevel(logging.WARNING)
    given = {"token": os.environ["JOBYARD_TOKEN"], **msgspec.json.decode(sys.argv[1])}
    sys.exit(run(msgspec.convert(given, WorkerOptions)))
