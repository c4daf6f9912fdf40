"""RQ's side, run by the peers' Python: submits, and lists a registry as a page of requests must do it."""

from __future__ import annotations

import json
import os
import sys
import time

import redis
from rq import Queue
from rq.job import Job, JobStatus

from bench import body, client

URL = os.environ["BENCH_URL"]
_BATCH = 1_000
PAGE = 25


def connect() -> client.Submit:
    """Open one connection."""
    queue = Queue("bench", connection=redis.from_url(URL))
    return lambda number: queue.enqueue(body.append, number)


def fill(queue: Queue, count: int) -> None:
    """Write finished jobs of twenty owners, as many more as are missing."""
    there = queue.finished_job_registry.count
    now = time.time()
    for start in range(there, count, _BATCH):
        with queue.connection.pipeline(transaction=False) as pipe:
            for number in range(start, min(count, start + _BATCH)):
                job = Job.create(
                    body.append,
                    (number,),
                    connection=queue.connection,
                    status=JobStatus.FINISHED,
                    origin="bench",
                    id=f"job-{number}",
                    meta={"owner": number % 20},
                    result_ttl=86_400,
                )
                job.save(pipeline=pipe)
                pipe.zadd(queue.finished_job_registry.key, {job.id: now + 86_400 + number})
            pipe.execute()


def page(queue: Queue) -> list[Job]:
    """Return the newest finished jobs: RQ cannot sort or filter, so the page fetches all and does it itself."""
    started, deferred = queue.started_job_registry, queue.deferred_job_registry
    finished, failed = queue.finished_job_registry, queue.failed_job_registry
    ids = {*queue.get_job_ids(), *(one for kept in (started, deferred, finished, failed) for one in kept.get_job_ids())}
    jobs = [job for job in Job.fetch_many(list(ids), connection=queue.connection) if job is not None]
    chosen = [job for job in jobs if job.get_status(refresh=False) == JobStatus.FINISHED]
    return sorted(chosen, key=lambda job: job.created_at, reverse=True)[:PAGE]


def listing(counts: list[int], repeats: int) -> None:
    """Print the seconds of each page, for each count of finished jobs."""
    queue = Queue("bench", connection=redis.from_url(URL))
    for count in counts:
        fill(queue, count)
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            if len(page(queue)) != min(PAGE, count):
                sys.exit("the page is not full")
            times.append(time.perf_counter() - began)
        print(json.dumps({"count": count, "seconds": times}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "list":
        listing([int(word) for word in sys.argv[3:]], int(sys.argv[2]))
    else:
        client.run(connect)
