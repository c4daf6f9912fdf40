-- job_locked: one job, to be changed
SELECT jobs.* FROM jobs WHERE id = :id FOR UPDATE

-- jobs_by_ids: several jobs in no order
SELECT jobs.* FROM jobs WHERE id = ANY(:ids::text[])

-- ready_jobs: one queue's jobs that may be claimed, best first, and nobody else's meanwhile
SELECT jobs.* FROM jobs
WHERE queue = :queue AND ready = 1 AND kind = ANY(:kinds::text[]) AND (due_at IS NULL OR due_at <= :now)
ORDER BY rank, number LIMIT :limit FOR UPDATE SKIP LOCKED

-- promote_due: jobs whose time has come join the line, a thousand at a time
UPDATE jobs SET ready = 1 WHERE number IN (
    SELECT number FROM jobs
    WHERE ready = 0 AND state = 'queued' AND external = 0 AND due_at <= :now
    ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED
)

-- lapsed_jobs: running jobs whose lease is over
SELECT jobs.* FROM jobs
WHERE lease_until < :now AND state = 'running' AND id > :after ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED

-- outlived_jobs: jobs whose results are over
SELECT jobs.* FROM jobs
WHERE results_until < :now AND results_expired = 0 AND state IN ('succeeded', 'failed', 'cancelled')
ORDER BY results_until, number LIMIT :limit FOR UPDATE SKIP LOCKED

-- prunable_jobs: final jobs that nobody wants kept
SELECT jobs.* FROM jobs
WHERE finished_at < :before AND kept = 0 AND state IN ('succeeded', 'failed', 'cancelled')
ORDER BY finished_at, number LIMIT :limit FOR UPDATE SKIP LOCKED

-- known_blobs: those that some result file points to
SELECT DISTINCT blob FROM files WHERE blob = ANY(:blobs::text[])

-- put_words: the searchable words of a job
INSERT INTO search (job, words) VALUES (:job, array_to_tsvector(string_to_array(:words, ' ')))
ON CONFLICT (job) DO UPDATE SET words = excluded.words

-- delete_words: a removed job is found no more
DELETE FROM search WHERE job = :job

-- bump_counter: note what was counted; folded into the counters later
INSERT INTO counter_deltas (owner, project, queue, state, count) VALUES (:owner, :project, :queue, :state, :count)

-- fold_counters: add up what was noted, all or nothing; rows another process folds are left to it
WITH taken AS (
    DELETE FROM counter_deltas WHERE number IN (
        SELECT number FROM counter_deltas ORDER BY number LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING owner, project, queue, state, count
)
INSERT INTO counters (owner, project, queue, state, count)
SELECT owner, project, queue, state, sum(count) FROM taken GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (owner, project, queue, state) DO UPDATE SET count = counters.count + excluded.count

-- tallies: the kept counters inside a scope
SELECT queue, state, sum(count)::bigint FROM (
    SELECT owner, project, queue, state, count FROM counters
    UNION ALL
    SELECT owner, project, queue, state, count FROM counter_deltas
) AS kept
WHERE :everything = 1 OR owner = :owner OR project = ANY(:projects::text[])
GROUP BY queue, state HAVING sum(count) <> 0 ORDER BY queue, state

-- all_queues: the queues that were ever set up or used
SELECT name, paused, paused_by FROM queues
UNION ALL
SELECT queue, 0, '' FROM (SELECT queue FROM counters UNION SELECT queue FROM counter_deltas) AS used
WHERE queue NOT IN (SELECT name FROM queues)
ORDER BY 1

-- sum_kept: what the counters say of some jobs
SELECT coalesce(sum(count), 0)::bigint FROM (
    SELECT owner, project, queue, state, count FROM counters
    UNION ALL
    SELECT owner, project, queue, state, count FROM counter_deltas
) AS jobs

-- kept_counters: what the counters say
SELECT owner, project, queue, state, sum(count)::bigint FROM (
    SELECT owner, project, queue, state, count FROM counters
    UNION ALL
    SELECT owner, project, queue, state, count FROM counter_deltas
) AS kept
GROUP BY 1, 2, 3, 4 HAVING sum(count) <> 0

-- prunable_size: the bytes of their result files
SELECT sum(size)::bigint FROM jobs JOIN files ON files.job = jobs.number
WHERE finished_at < :before AND kept = 0 AND state IN ('succeeded', 'failed', 'cancelled')

-- unsearchable_jobs: how many jobs the words do not know, and how many words know no job
SELECT
    (SELECT count(*) FROM jobs WHERE number NOT IN (SELECT job FROM search)),
    (SELECT count(*) FROM search WHERE job NOT IN (SELECT number FROM jobs))

-- from_number: by number
jobs

-- from_state: by state
jobs

-- from_owner: by owner and state
jobs

-- from_project: by project and state
jobs

-- from_rank: by place in line
jobs

-- from_end: by end
jobs

-- from_owner_end: by owner and end
jobs

-- from_project_end: by project and end
jobs

-- from_id: by id
jobs

-- from_parent: by parent
jobs

-- from_resource: by the thing it works on
jobs

-- key_text: the number of a job found by words
search.job

-- where_text: with these words
search.words @@ :text::tsquery AND jobs.number = search.job

-- where_text_too: with these words, when something else leads the search
EXISTS (SELECT 1 FROM search WHERE search.job = jobs.number AND search.words @@ :text::tsquery)

-- where_ids: one of
jobs.id = ANY(:ids::text[])

-- where_states: one of
jobs.state = ANY(:states::text[])

-- where_kinds: one of
jobs.kind = ANY(:kinds::text[])

-- where_owners: one of
jobs.owner = ANY(:owners::text[])

-- where_projects: one of
jobs.project = ANY(:projects::text[])

-- where_queues: one of
jobs.queue = ANY(:queues::text[])

-- where_faces: one of
jobs.face = ANY(:faces::text[])

-- where_workers: one of
jobs.worker = ANY(:workers::text[])

-- where_scope: inside a scope of one owner and some projects
(jobs.owner = :scope_owner OR jobs.project = ANY(:scope_projects::text[]))

-- where_label_names: with labels of all these names
jobs.number IN (
    SELECT job FROM labels WHERE name = ANY(:label_names::text[])
    GROUP BY job HAVING count(*) = :label_name_count
)

-- where_label_pairs: with all these labels
(
    SELECT count(*) FROM jsonb_array_elements(:label_pairs::jsonb) AS wanted
    JOIN labels ON labels.name = wanted ->> 0 AND labels.value = wanted ->> 1 AND labels.job = jobs.number
) = :label_pair_count
