-- sum_kept: what the counters say of some jobs
SELECT coalesce(sum(count), 0)::bigint FROM (
    SELECT owner, project, queue, kind, state, count FROM counters
    UNION ALL
    SELECT owner, project, queue, kind, state, count FROM counter_deltas
) AS jobs

-- from_number: by number
jobs

-- from_state: by state
jobs

-- from_owner: by owner and state
jobs

-- from_project: by project and state
jobs

-- from_kind: by kind
jobs

-- from_queue: by queue
jobs

-- from_schedule: by schedule
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

-- from_origin: by the job they run again
jobs

-- from_resource: by the thing it works on
jobs

-- from_format: by their parameter `format`
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

-- where_workers: one of them had an attempt
EXISTS (SELECT 1 FROM attempts WHERE attempts.job = jobs.number AND attempts.worker = ANY(:workers::text[]))

-- where_scope: inside a scope of one owner and some projects
(jobs.owner = :scope_owner OR jobs.project = ANY(:scope_projects::text[]))

-- where_scope_and_schedules: inside a scope that also has schedules
(
    jobs.owner = :scope_owner OR jobs.project = ANY(:scope_projects::text[])
    OR jobs.schedule = ANY(:scope_schedules::text[])
)

-- where_not_projects: what the branches of the scope's projects show already
(jobs.project IS NULL OR jobs.project <> ALL(:scope_projects::text[]))

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
