-- jobs_by_ids: several jobs in no order
SELECT jobs.* FROM jobs WHERE id IN (SELECT value FROM json_each(:ids))

-- ready_jobs: one queue's jobs that may be claimed, best first
SELECT jobs.* FROM jobs INDEXED BY jobs_line
WHERE queue = :queue AND ready = 1 AND kind IN (SELECT value FROM json_each(:kinds))
    AND (due_at IS NULL OR due_at <= :now)
ORDER BY rank, number LIMIT :limit

-- promote_due: jobs whose time has come join the line, a thousand at a time
UPDATE jobs SET ready = 1 WHERE number IN (
    SELECT number FROM jobs INDEXED BY jobs_due
    WHERE ready = 0 AND state = 'queued' AND external = 0 AND due_at <= :now
    ORDER BY due_at LIMIT 1000
)

-- lapsed_jobs: running jobs whose lease is over
SELECT jobs.* FROM jobs INDEXED BY jobs_lease
WHERE lease_until < :now AND state = 'running' AND id > :after ORDER BY id LIMIT :limit

-- outlived_jobs: jobs whose results are over
SELECT jobs.* FROM jobs INDEXED BY jobs_results
WHERE results_until < :now AND results_expired = 0 AND state IN ('succeeded', 'failed', 'cancelled')
ORDER BY results_until, number LIMIT :limit

-- prunable_jobs: final jobs that nobody wants kept
SELECT jobs.* FROM jobs INDEXED BY jobs_by_end
WHERE finished_at < :before AND kept = 0 AND state IN ('succeeded', 'failed', 'cancelled')
ORDER BY finished_at, number LIMIT :limit

-- known_blobs: those that some result file points to
SELECT DISTINCT blob FROM files WHERE blob IN (SELECT value FROM json_each(:blobs))

-- put_words: the searchable words of a job
INSERT OR REPLACE INTO search (rowid, words) VALUES (:job, :words)

-- delete_words: a removed job is found no more
DELETE FROM search WHERE rowid = :job

-- tallies: the kept counters inside a scope
SELECT queue, state, sum(count) FROM counters
WHERE :everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
GROUP BY queue, state HAVING sum(count) <> 0 ORDER BY queue, state

-- sum_kept: what the counters say of some jobs
SELECT coalesce(sum(count), 0) FROM counters AS jobs

-- kept_counters: what the counters say
SELECT owner, project, queue, state, count FROM counters WHERE count <> 0

-- unsearchable_jobs: how many jobs the words do not know, and how many words know no job
SELECT
    (SELECT count(*) FROM jobs WHERE number NOT IN (SELECT id FROM search_docsize)),
    (SELECT count(*) FROM search_docsize WHERE id NOT IN (SELECT number FROM jobs))

-- from_number: by number
jobs NOT INDEXED

-- from_state: by state
jobs INDEXED BY jobs_by_state

-- from_owner: by owner and state
jobs INDEXED BY jobs_by_owner

-- from_project: by project and state
jobs INDEXED BY jobs_by_project

-- from_rank: by place in line
jobs INDEXED BY jobs_by_rank

-- from_end: by end
jobs INDEXED BY jobs_by_end

-- from_owner_end: by owner and end
jobs INDEXED BY jobs_by_owner_end

-- from_project_end: by project and end
jobs INDEXED BY jobs_by_project_end

-- from_id: by id
jobs

-- from_parent: by parent
jobs INDEXED BY jobs_by_parent

-- from_resource: by the thing it works on
jobs INDEXED BY jobs_by_resource

-- key_text: the number of a job found by words
search.rowid

-- where_text: with these words
search MATCH :text AND jobs.number = search.rowid

-- where_text_too: with these words, when something else leads the search
jobs.number IN (SELECT rowid FROM search WHERE search MATCH :text)

-- where_ids: one of
jobs.id IN (SELECT value FROM json_each(:ids))

-- where_states: one of
jobs.state IN (SELECT value FROM json_each(:states))

-- where_kinds: one of
jobs.kind IN (SELECT value FROM json_each(:kinds))

-- where_owners: one of
jobs.owner IN (SELECT value FROM json_each(:owners))

-- where_projects: one of
jobs.project IN (SELECT value FROM json_each(:projects))

-- where_queues: one of
jobs.queue IN (SELECT value FROM json_each(:queues))

-- where_faces: one of
jobs.face IN (SELECT value FROM json_each(:faces))

-- where_workers: one of
jobs.worker IN (SELECT value FROM json_each(:workers))

-- where_scope: inside a scope of one owner and some projects
(jobs.owner = :scope_owner OR jobs.project IN (SELECT value FROM json_each(:scope_projects)))

-- where_label_names: with labels of all these names
jobs.number IN (
    SELECT job FROM labels WHERE name IN (SELECT value FROM json_each(:label_names))
    GROUP BY job HAVING count(*) = :label_name_count
)

-- where_label_pairs: with all these labels
(
    SELECT count(*) FROM json_each(:label_pairs) AS wanted
    JOIN labels ON labels.name = wanted.value ->> 0 AND labels.value = wanted.value ->> 1 AND labels.job = jobs.number
) = :label_pair_count
