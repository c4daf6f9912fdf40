-- sum_kept: what the counters say of some jobs
SELECT coalesce(sum(count), 0) FROM counters AS jobs

-- from_number: by number
jobs NOT INDEXED

-- from_state: by state
jobs INDEXED BY jobs_by_state

-- from_owner: by owner and state
jobs INDEXED BY jobs_by_owner

-- from_project: by project and state
jobs INDEXED BY jobs_by_project

-- from_kind: by kind
jobs INDEXED BY jobs_by_kind

-- from_queue: by queue
jobs INDEXED BY jobs_by_queue

-- from_schedule: by schedule
jobs INDEXED BY jobs_by_schedule

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

-- from_origin: by the job they run again
jobs INDEXED BY jobs_by_origin

-- from_resource: by the thing it works on
jobs INDEXED BY jobs_by_resource

-- from_format: by their parameter `format`
jobs INDEXED BY jobs_by_format

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

-- where_workers: one of them had an attempt
EXISTS (
    SELECT 1 FROM attempts
    WHERE attempts.job = jobs.number AND attempts.worker IN (SELECT value FROM json_each(:workers))
)

-- where_scope: inside a scope of one owner and some projects
(jobs.owner = :scope_owner OR jobs.project IN (SELECT value FROM json_each(:scope_projects)))

-- where_scope_and_schedules: inside a scope that also has schedules
(
    jobs.owner = :scope_owner OR jobs.project IN (SELECT value FROM json_each(:scope_projects))
    OR jobs.schedule IN (SELECT value FROM json_each(:scope_schedules))
)

-- where_not_projects: what the branches of the scope's projects show already
(jobs.project IS NULL OR jobs.project NOT IN (SELECT value FROM json_each(:scope_projects)))

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
