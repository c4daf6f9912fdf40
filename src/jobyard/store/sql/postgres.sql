-- job_locked: one job, to be changed
SELECT jobs.* FROM jobs WHERE id = :id FOR UPDATE

-- jobs_by_ids: several jobs in no order
SELECT jobs.* FROM jobs WHERE id = ANY(:ids::text[])

-- ready_jobs: one queue's jobs of one priority that may be claimed, in their turns, and nobody else's meanwhile
SELECT jobs.* FROM jobs
WHERE queue = :queue AND rank = :rank AND ready = 1 AND kind = ANY(:kinds::text[])
   
ORDER BY turn, number LIMIT :limit FOR UPDATE SKIP LOCKED

-- ready_jobs_of: the same of one owner
SELECT jobs.* FROM jobs
WHERE queue = :queue AND rank = :rank AND owner = :owner AND ready = 1
    AND kind = ANY(:kinds::text[])
ORDER BY turn, number LIMIT :limit FOR UPDATE SKIP LOCKED

-- ready_jobs_but: the same of all but some owners
SELECT jobs.* FROM jobs
WHERE queue = :queue AND rank = :rank AND ready = 1 AND kind = ANY(:kinds::text[])
    AND owner <> ALL(:barred::text[])
ORDER BY turn, number LIMIT :limit FOR UPDATE SKIP LOCKED

-- dependents: jobs that wait for one of these
SELECT jobs.* FROM jobs
WHERE number IN (SELECT job FROM needs WHERE needed = ANY(:ids::text[]) AND job > :after AND job <= :upto)
    AND waits > 0 AND state IN ('draft', 'queued')
ORDER BY number LIMIT :limit FOR UPDATE

-- last_dependent: the newest job that waits or waited for one of these
SELECT max(job) FROM needs WHERE needed = ANY(:ids::text[])

-- due_cards: a drawer's cards whose time has come, and nobody else's meanwhile
SELECT drawer, id, body, due_at FROM cards WHERE drawer = :drawer AND due_at <= :now
ORDER BY due_at, id LIMIT :limit FOR UPDATE SKIP LOCKED

-- card_locked: one card, to be changed
SELECT drawer, id, body, due_at FROM cards WHERE drawer = :drawer AND id = :id FOR UPDATE

-- alone: wait until no other transaction holds this word
SELECT pg_advisory_xact_lock(7211004, hashtext(:word))

-- due_jobs: jobs whose time has come, a thousand at a time
SELECT number, queue, rank, owner FROM jobs
WHERE ready = 0 AND state = 'queued' AND external = 0 AND waits = 0 AND due_at <= :now
ORDER BY due_at, number LIMIT 1000 FOR UPDATE SKIP LOCKED

-- lapsed_jobs: running jobs whose lease is over
SELECT jobs.* FROM jobs
WHERE lease_until < :now AND state = 'running' AND id > :after ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED

-- outlived_jobs: jobs whose results are over
SELECT jobs.* FROM jobs
WHERE results_until < :now AND results_expired = 0 AND state IN ('succeeded', 'failed', 'cancelled')
ORDER BY results_until, number LIMIT :limit FOR UPDATE SKIP LOCKED

-- aged: final jobs that ended before a time, behind a place
SELECT finished_at, number, id, kind, project, kept FROM jobs
WHERE finished_at < :before AND (finished_at, number) > (:at, :number)
ORDER BY finished_at, number LIMIT :limit

-- aged_of: the same of one project
SELECT finished_at, number, id, kind, project, kept FROM jobs
WHERE project = :project AND finished_at < :before AND (finished_at, number) > (:at, :number)
ORDER BY finished_at, number LIMIT :limit

-- prunable_jobs: those that are final and not kept
SELECT jobs.* FROM jobs
WHERE id = ANY(:ids::text[]) AND kept = 0 AND state IN ('succeeded', 'failed', 'cancelled')
ORDER BY number FOR UPDATE SKIP LOCKED

-- finishes: how many of the newest that ended are in each queue
SELECT queue, count(*) FROM (
    SELECT queue FROM jobs
    WHERE finished_at >= :since ORDER BY finished_at DESC, number DESC LIMIT :limit
) AS lately GROUP BY queue ORDER BY queue

-- ends: how many of the newest that ended are in each queue, worker, state and step of time
SELECT
    queue, coalesce(attempts.worker, ''), state, (finished_at - :since) / :step, count(*), min(finished_at)
FROM (
    SELECT number, attempt, queue, state, finished_at, external FROM jobs
    WHERE finished_at >= :since ORDER BY finished_at DESC, number DESC LIMIT :limit
) AS lately
LEFT JOIN attempts ON attempts.job = lately.number AND attempts.number = lately.attempt
    AND attempts.ended_at = finished_at AND external = 0
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4

-- files_size: the bytes of some jobs' result files
SELECT sum(size)::bigint FROM jobs JOIN files ON files.job = jobs.number WHERE jobs.id = ANY(:ids::text[])

-- stored_in_all: the bytes of the result files of all jobs
SELECT sum(bytes)::bigint FROM stored

-- own_tables: the tables of this schema, each with its room on the disk
SELECT quote_ident(relname), pg_total_relation_size(oid) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname

-- known_blobs: those that some result file points to
SELECT DISTINCT blob FROM files WHERE blob = ANY(:blobs::text[])

-- put_words: the searchable words of a job
INSERT INTO search (job, words) VALUES (:job, array_to_tsvector(string_to_array(:words, ' ')))
ON CONFLICT (job) DO UPDATE SET words = excluded.words

-- delete_words: a removed job is found no more
DELETE FROM search WHERE job = :job

-- bump_counter: note what was counted; folded into the counters later
INSERT INTO counter_deltas (owner, project, queue, kind, state, count)
VALUES (:owner, :project, :queue, :kind, :state, :count)

-- fold_counters: add up what was noted, all or nothing; rows another process folds are left to it
WITH taken AS (
    DELETE FROM counter_deltas WHERE number IN (
        SELECT number FROM counter_deltas ORDER BY number LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING owner, project, queue, kind, state, count
)
INSERT INTO counters (owner, project, queue, kind, state, count)
SELECT owner, project, queue, kind, state, sum(count) FROM taken GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (owner, project, queue, kind, state) DO UPDATE SET count = counters.count + excluded.count

-- tallies: the kept counters inside a scope
SELECT queue, state, sum(count)::bigint FROM (
    SELECT owner, project, queue, state, count FROM counters
    UNION ALL
    SELECT owner, project, queue, state, count FROM counter_deltas
) AS kept
WHERE :everything = 1 OR owner = :owner OR project = ANY(:projects::text[])
GROUP BY queue, state HAVING sum(count) <> 0 ORDER BY queue, state

-- all_queues: the queues that were ever set up or used
SELECT name, paused, paused_by, paused_at FROM queues
UNION ALL
SELECT queue, 0, '', NULL FROM (SELECT queue FROM counters UNION SELECT queue FROM counter_deltas) AS used
WHERE queue NOT IN (SELECT name FROM queues)
ORDER BY 1

-- blocks_of: how many jobs of one owner's there are of each facet, block by block
SELECT number / :size, kind, state, coalesce(format, ''), given, count(*) FROM jobs WHERE owner = :owner
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1

-- block: the jobs of one owner's that stand in one block
SELECT number, id, kind, state, coalesce(format, ''), given FROM jobs
WHERE number >= :low AND number < :high AND owner = :owner ORDER BY number

-- kept_counters: what the counters say
SELECT owner, project, queue, kind, state, sum(count)::bigint FROM (
    SELECT owner, project, queue, kind, state, count FROM counters
    UNION ALL
    SELECT owner, project, queue, kind, state, count FROM counter_deltas
) AS kept
GROUP BY 1, 2, 3, 4, 5 HAVING sum(count) <> 0

-- unsearchable_jobs: how many jobs the words do not know, and how many words know no job
SELECT
    (SELECT count(*) FROM jobs WHERE number NOT IN (SELECT job FROM search)),
    (SELECT count(*) FROM search WHERE job NOT IN (SELECT number FROM jobs))

-- begin_write: a writing transaction says which event number was the last before it (see postgres/horizon.py)
BEGIN;
SELECT pg_advisory_xact_lock_shared(7211003, (SELECT last_value & 2147483647 FROM event_numbers)::integer)

-- look_at_numbers: the event number given last, then what the writers under way had said
SELECT last_value FROM event_numbers;
SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = 7211003 AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
