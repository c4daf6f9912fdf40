-- where_owner: the branch of one owner
jobs.owner = :branch_owner

-- where_project: the branch of one project
jobs.project = :branch_project

-- where_kind: the branch of one kind
jobs.kind = :branch_kind

-- where_queue: the branch of one queue
jobs.queue = :branch_queue

-- where_schedule: made by one schedule
jobs.schedule = :schedule

-- where_lent: the branch of one shared schedule
jobs.schedule = :branch_schedule

-- where_not_owner: what the branch of the scope's owner shows already
jobs.owner <> :scope_owner

-- where_state: the branch of one state
jobs.state = :branch_state

-- where_parent: submitted by one job
jobs.parent = :parent

-- where_origin: run again from one job
jobs.origin = :origin

-- where_need: waiting for one job that leads the search
need.needed = :after AND jobs.number = need.job

-- where_after: waiting for one job
jobs.number IN (SELECT job FROM needs WHERE needed = :after)

-- where_resource_id: working on one thing
jobs.resource_id = :resource_id

-- where_format: whose parameter `format` says so
jobs.format = :format

-- where_resource_type: working on one type of thing
jobs.resource_type = :resource_type

-- where_label_driver: with a label that leads the search
label.name = :label_name AND label.value = :label_value AND jobs.number = label.job

-- where_mark_driver: marked with a number that leads the search
mark.name = :mark_name AND mark.number = :mark_number AND jobs.number = mark.job

-- where_marked: marked with a number
jobs.number IN (SELECT job FROM marks WHERE name = :mark_name AND number = :mark_number)

-- where_created_from: submitted at or after
jobs.created_at >= :created_from

-- where_created_to: submitted before
jobs.created_at < :created_to

-- where_finished_from: ended at or after
jobs.finished_at >= :finished_from

-- where_finished_to: ended before
jobs.finished_at < :finished_to

-- where_ended: those a list by end shows
jobs.finished_at IS NOT NULL

-- from_label: by one label
labels AS label CROSS JOIN jobs

-- from_mark: by one number that a face marked them with
marks AS mark CROSS JOIN jobs

-- from_need: by one job that has to end first
needs AS need CROSS JOIN jobs

-- from_text: by words
search CROSS JOIN jobs

-- select_jobs: how a page begins
SELECT jobs.* FROM

-- select_outlines: how a list of outlines begins
SELECT
    jobs.number, jobs.id, jobs.kind, jobs.state, jobs.resource_type, jobs.resource_id, jobs.lively, jobs.fixed,
    jobs.project
FROM

-- count_jobs: how a count begins
SELECT count(*) FROM (SELECT 1 FROM

-- end_count: how a count ends
) AS found

-- up_to_limit: how many
LIMIT :limit

-- order_newest: newest first
ORDER BY jobs.number DESC

-- order_oldest: oldest first
ORDER BY jobs.number

-- order_priority: as workers see the line
ORDER BY jobs.rank, jobs.number

-- order_ended: last ended first
ORDER BY jobs.finished_at DESC, jobs.number DESC

-- after_newest: behind a cursor
jobs.number < :after_number

-- after_oldest: behind a cursor
jobs.number > :after_number

-- after_priority: behind a cursor
(jobs.rank, jobs.number) > (:after_value, :after_number)

-- after_ended: behind a cursor
(jobs.finished_at, jobs.number) < (:after_value, :after_number)
