-- card_locked: one card, to be changed
SELECT drawer, id, body, due_at FROM cards WHERE drawer = :drawer AND id = :id

-- jobs_by_ids: several jobs in no order
SELECT jobs.* FROM jobs WHERE id IN (SELECT value FROM json_each(:ids))

-- ready_jobs: one queue's jobs of one priority that may be claimed, in their turns
SELECT jobs.* FROM jobs INDEXED BY jobs_line
WHERE queue = :queue AND rank = :rank AND ready = 1 AND kind IN (SELECT value FROM json_each(:kinds))
   
ORDER BY turn, number LIMIT :limit

-- ready_jobs_of: the same of one owner
SELECT jobs.* FROM jobs INDEXED BY jobs_turns
WHERE queue = :queue AND rank = :rank AND owner = :owner AND ready = 1
    AND kind IN (SELECT value FROM json_each(:kinds))
ORDER BY turn, number LIMIT :limit

-- ready_jobs_but: the same of all but some owners
SELECT jobs.* FROM jobs INDEXED BY jobs_line
WHERE queue = :queue AND rank = :rank AND ready = 1 AND kind IN (SELECT value FROM json_each(:kinds))
    AND owner NOT IN (SELECT value FROM json_each(:barred))
ORDER BY turn, number LIMIT :limit

-- dependents: jobs that wait for one of these
SELECT jobs.* FROM jobs
WHERE number IN (
        SELECT job FROM needs WHERE needed IN (SELECT value FROM json_each(:ids)) AND job > :after AND job <= :upto
    )
    AND waits > 0 AND state IN ('draft', 'queued')
ORDER BY number LIMIT :limit

-- last_dependent: the newest job that waits or waited for one of these
SELECT max(job) FROM needs WHERE needed IN (SELECT value FROM json_each(:ids))

-- due_jobs: jobs whose time has come, a thousand at a time
SELECT number, queue, rank, owner FROM jobs INDEXED BY jobs_due
WHERE ready = 0 AND state = 'queued' AND external = 0 AND waits = 0 AND due_at <= :now
ORDER BY due_at, number LIMIT 1000

-- lapsed_jobs: running jobs whose lease is over
SELECT jobs.* FROM jobs INDEXED BY jobs_lease
WHERE lease_until < :now AND state = 'running' AND id > :after ORDER BY id LIMIT :limit

-- outlived_jobs: jobs whose results are over
SELECT jobs.* FROM jobs INDEXED BY jobs_results
WHERE results_until < :now AND results_expired = 0 AND state IN ('succeeded', 'failed', 'cancelled')
ORDER BY results_until, number LIMIT :limit

-- aged: final jobs that ended before a time, behind a place
SELECT finished_at, number, id, kind, project, kept FROM jobs INDEXED BY jobs_by_end
WHERE finished_at < :before AND (finished_at, number) > (:at, :number)
ORDER BY finished_at, number LIMIT :limit

-- aged_of: the same of one project
SELECT finished_at, number, id, kind, project, kept FROM jobs INDEXED BY jobs_by_project_end
WHERE project = :project AND finished_at < :before AND (finished_at, number) > (:at, :number)
ORDER BY finished_at, number LIMIT :limit

-- prunable_jobs: those that are final and not kept
SELECT jobs.* FROM jobs
WHERE id IN (SELECT value FROM json_each(:ids)) AND kept = 0 AND +state IN ('succeeded', 'failed', 'cancelled')
ORDER BY number

-- finishes: how many of the newest that ended are in each queue
SELECT queue, count(*) FROM (
    SELECT queue FROM jobs INDEXED BY jobs_by_end
    WHERE finished_at >= :since ORDER BY finished_at DESC, number DESC LIMIT :limit
) GROUP BY queue ORDER BY queue

-- ends: how many of the newest that ended are in each queue, worker, state and step of time
SELECT
    queue, coalesce(attempts.worker, ''), state, (finished_at - :since) / :step, count(*), min(finished_at)
FROM (
    SELECT number, attempt, queue, state, finished_at, external FROM jobs INDEXED BY jobs_by_end
    WHERE finished_at >= :since ORDER BY finished_at DESC, number DESC LIMIT :limit
) AS lately
LEFT JOIN attempts ON attempts.job = lately.number AND attempts.number = lately.attempt
    AND attempts.ended_at = finished_at AND external = 0
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4

-- files_size: the bytes of some jobs' result files
SELECT sum(size) FROM jobs JOIN files ON files.job = jobs.number WHERE jobs.id IN (SELECT value FROM json_each(:ids))

-- known_blobs: those that some result file points to
SELECT DISTINCT blob FROM files WHERE blob IN (SELECT value FROM json_each(:blobs))

-- put_words: the searchable words of a job
INSERT OR REPLACE INTO search (rowid, words) VALUES (:job, :words)

-- gather_words: write the words anew in one piece, without those of jobs that are no more
INSERT INTO search (search) VALUES ('optimize')

-- delete_words: a removed job is found no more
DELETE FROM search WHERE rowid = :job

-- tallies: the kept counters inside a scope
SELECT queue, state, sum(count) FROM counters
WHERE :everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
GROUP BY queue, state HAVING sum(count) <> 0 ORDER BY queue, state

-- bump_block: add to how many jobs of one facet stand in one block
INSERT INTO blocks (owner, block, kind, state, format, given, count)
VALUES (:owner, :block, :kind, :state, :format, :given, :count)
ON CONFLICT (owner, block, kind, state, format, given) DO UPDATE SET count = blocks.count + excluded.count

-- blocks_of: how many jobs of one owner's there are of each facet, block by block
SELECT block, kind, state, format, given, count FROM blocks WHERE owner = :owner AND count > 0 ORDER BY block

-- block: the jobs of one owner's that stand in one block
SELECT number, id, kind, state, coalesce(format, ''), given FROM jobs NOT INDEXED
WHERE number >= :low AND number < :high AND owner = :owner ORDER BY number

-- wrong_blocks: owners whose blocks do not hold what is counted there
SELECT owner, block, sum(kept), sum(true_count) FROM (
    SELECT owner, block, kind, state, format, given, count AS kept, 0 AS true_count FROM blocks
    UNION ALL
    SELECT owner, number / :size, kind, state, coalesce(format, ''), given, 0, 1 FROM jobs
) GROUP BY owner, block, kind, state, format, given HAVING sum(kept) <> sum(true_count) ORDER BY owner, block LIMIT 20

-- kept_counters: what the counters say
SELECT owner, project, queue, kind, state, count FROM counters WHERE count <> 0

-- unsearchable_jobs: how many jobs the words do not know, and how many words know no job
SELECT
    (SELECT count(*) FROM jobs WHERE number NOT IN (SELECT id FROM search_docsize)),
    (SELECT count(*) FROM search_docsize WHERE id NOT IN (SELECT number FROM jobs))
