-- job_by_id: one job
SELECT jobs.* FROM jobs WHERE id = :id

-- job_locked: one job, to be changed; PostgreSQL locks the row
SELECT jobs.* FROM jobs WHERE id = :id

-- insert_job: a new job; nothing comes back when the id is used
INSERT INTO jobs (
    id, kind, owner, name, project, queue, rank, parent, face, external, resource_type, resource_id, state, ready,
    revision, attempt, failures, tries, created_at, queued_at, due_at, started_at, begun_at, finished_at, worker,
    lease_until, results_until, results_expired, kept, lively, fixed, turn, waits, unique_key, schedule, origin,
    format, given
)
VALUES (
    :id, :kind, :owner, :name, :project, :queue, :rank, :parent, :face, :external, :resource_type, :resource_id, :state,
    :ready, :revision, :attempt, :failures, :tries, :created_at, :queued_at, :due_at, :started_at, :begun_at,
    :finished_at, :worker, :lease_until, :results_until, :results_expired, :kept, :lively, :fixed, :turn, :waits,
    :unique_key, :schedule, :origin, :format, :given
)
ON CONFLICT (id) DO NOTHING
RETURNING number

-- rewrite_job: everything, if the revision is still the guard
UPDATE jobs SET
    kind = :kind, owner = :owner, name = :name, project = :project, queue = :queue, rank = :rank, parent = :parent,
    face = :face, external = :external, resource_type = :resource_type, resource_id = :resource_id, state = :state,
    ready = :ready, revision = :revision, attempt = :attempt, failures = :failures, tries = :tries,
    created_at = :created_at, queued_at = :queued_at, due_at = :due_at, started_at = :started_at, begun_at = :begun_at,
    finished_at = :finished_at, worker = :worker, lease_until = :lease_until, results_until = :results_until,
    results_expired = :results_expired, kept = :kept, lively = :lively, fixed = :fixed, turn = :turn, waits = :waits,
    unique_key = :unique_key, schedule = :schedule, origin = :origin, format = :format, given = :given
WHERE id = :id AND revision = :guard

-- move_job: what a move changes, if the revision is still the guard
UPDATE jobs SET
    state = :state, ready = :ready, revision = :revision, attempt = :attempt, failures = :failures,
    queued_at = :queued_at, due_at = :due_at, started_at = :started_at, begun_at = :begun_at,
    finished_at = :finished_at, worker = :worker, lease_until = :lease_until, results_until = :results_until,
    results_expired = :results_expired, kept = :kept, lively = :lively, turn = :turn, waits = :waits
WHERE id = :id AND revision = :guard

-- renew_job: what a beat or a report changes, if the revision is still the guard
UPDATE jobs SET revision = :revision, lease_until = :lease_until, lively = :lively
WHERE id = :id AND revision = :guard

-- delete_job: the job itself
DELETE FROM jobs WHERE number = :job

-- delete_attempts: of one job
DELETE FROM attempts WHERE job = :job

-- delete_log: of one job
DELETE FROM log_lines WHERE job = :job

-- delete_files: of one job
DELETE FROM files WHERE job = :job

-- delete_reused: the keys bound to one job
DELETE FROM reused WHERE job = :job

-- delete_label: one label of one job
DELETE FROM labels WHERE name = :name AND value = :value AND job = :job

-- insert_label: one label of one job
INSERT INTO labels (name, value, job) VALUES (:name, :value, :job)

-- delete_mark: one number that one job is marked with
DELETE FROM marks WHERE name = :name AND number = :number AND job = :job

-- insert_mark: one number that one job is marked with
INSERT INTO marks (name, number, job) VALUES (:name, :number, :job)

-- insert_need: a job that one job waits for
INSERT INTO needs (needed, job) VALUES (:needed, :job)

-- delete_needs: of one job
DELETE FROM needs WHERE job = :job

-- levels: the priorities that wait in one queue, best first
WITH RECURSIVE level (rank) AS (
    SELECT min(rank) FROM jobs WHERE queue = :queue AND ready = 1
    UNION ALL
    SELECT (SELECT min(jobs.rank) FROM jobs WHERE queue = :queue AND ready = 1 AND jobs.rank > level.rank)
    FROM level WHERE level.rank IS NOT NULL
)
SELECT rank FROM level WHERE rank IS NOT NULL

-- waiting_owners: whose jobs wait in one queue with one priority
WITH RECURSIVE waiting (owner) AS (
    SELECT min(owner) FROM jobs WHERE queue = :queue AND rank = :rank AND ready = 1
    UNION ALL
    SELECT (
        SELECT min(jobs.owner) FROM jobs
        WHERE queue = :queue AND rank = :rank AND ready = 1 AND jobs.owner > waiting.owner
    )
    FROM waiting WHERE waiting.owner IS NOT NULL
)
SELECT owner FROM waiting WHERE owner IS NOT NULL LIMIT :limit

-- turns: the turn that is next in a queue with one priority, and the last one that one owner has there
SELECT
    (SELECT min(turn) FROM jobs WHERE queue = :queue AND rank = :rank AND ready = 1),
    (SELECT max(turn) FROM jobs WHERE queue = :queue AND rank = :rank AND owner = :owner AND ready = 1)

-- join_line: a job whose time has come gets its turn; it is no new revision
UPDATE jobs SET ready = 1, due_at = NULL, turn = :turn WHERE number = :job

-- ahead: how many of each kind stand before a place in line, up to a limit
SELECT kind, count(*) FROM (
    SELECT kind FROM jobs
    WHERE queue = :queue AND ready = 1 AND (rank, turn, number) < (:rank, :turn, :number)
    ORDER BY rank, turn, number LIMIT :limit
) AS found GROUP BY kind ORDER BY kind

-- running: how many run for whom, where and of which kind
SELECT owner, queue, kind, count(*) FROM jobs WHERE state = 'running' AND external = 0 GROUP BY owner, queue, kind
ORDER BY owner, queue, kind

-- unique_job: the live job with a unique key
SELECT jobs.* FROM jobs WHERE unique_key = :unique_key AND state IN ('queued', 'running')

-- stored_bytes: the bytes of the result files of one owner's jobs
SELECT bytes FROM stored WHERE owner = :owner

-- stored_in_all: the bytes of the result files of all jobs
SELECT sum(bytes) FROM stored

-- bump_stored: add to them
INSERT INTO stored (owner, bytes) VALUES (:owner, :bytes)
ON CONFLICT (owner) DO UPDATE SET bytes = stored.bytes + excluded.bytes

-- wrong_stored: owners whose bytes are not the sum of their files
SELECT owner, sum(kept), sum(true_sum) FROM (
    SELECT owner, bytes AS kept, 0 AS true_sum FROM stored
    UNION ALL
    SELECT owner, 0, sum(size) FROM files JOIN jobs ON jobs.number = files.job GROUP BY owner
) AS both_sides GROUP BY owner HAVING sum(kept) <> sum(true_sum) ORDER BY owner LIMIT 20

-- card: one card
SELECT drawer, id, body, due_at FROM cards WHERE drawer = :drawer AND id = :id

-- cards_after: a drawer's cards by id
SELECT drawer, id, body, due_at FROM cards
WHERE drawer = :drawer AND id >= :prefix AND id < :beyond AND id > :after ORDER BY id LIMIT :limit

-- cards_before: a drawer's cards by id, last one first
SELECT drawer, id, body, due_at FROM cards
WHERE drawer = :drawer AND id >= :prefix AND id < :beyond AND (:after = '' OR id < :after) ORDER BY id DESC LIMIT :limit

-- due_cards: a drawer's cards whose time has come
SELECT drawer, id, body, due_at FROM cards WHERE drawer = :drawer AND due_at <= :now ORDER BY due_at, id LIMIT :limit

-- next_card: the earliest time of a drawer's cards
SELECT min(due_at) FROM cards WHERE drawer = :drawer AND due_at IS NOT NULL

-- put_card: a card
INSERT INTO cards (drawer, id, body, due_at) VALUES (:drawer, :id, :body, :due_at)
ON CONFLICT (drawer, id) DO UPDATE SET body = excluded.body, due_at = excluded.due_at

-- drop_card: a card
DELETE FROM cards WHERE drawer = :drawer AND id = :id

-- paused_queues: names of the queues that rest; and none at all where the worker who asks drains
SELECT name FROM queues WHERE paused = 1
UNION ALL
SELECT NULL FROM workers WHERE name = :worker AND draining = 1

-- put_attempt: an attempt as it stands now
INSERT INTO attempts (job, number, worker, claimed_at, begun_at, ended_at, outcome, failure)
VALUES (:job, :number, :worker, :claimed_at, :begun_at, :ended_at, :outcome, :failure)
ON CONFLICT (job, number) DO UPDATE SET
    worker = excluded.worker, claimed_at = excluded.claimed_at, begun_at = excluded.begun_at,
    ended_at = excluded.ended_at, outcome = excluded.outcome, failure = excluded.failure

-- attempts_of: one job's attempts, first one first
SELECT attempts.number, attempts.worker, claimed_at, attempts.begun_at, ended_at, outcome, failure
FROM jobs JOIN attempts ON attempts.job = jobs.number WHERE jobs.id = :id ORDER BY attempts.number

-- insert_event: an event; its number is given here
INSERT INTO events (job, type, at, actor, state, revision, attempt, data, gone)
VALUES (:job, :type, :at, :actor, :state, :revision, :attempt, :data, :gone)

-- mark_events_gone: the events of a job that is removed
UPDATE events SET gone = 1 WHERE job = :id AND gone = 0

-- job_exists: whether there is such a job
SELECT 1 FROM jobs WHERE id = :id

-- events_after: the feed
SELECT number, job, type, at, actor, state, revision, attempt, data FROM events
WHERE number > :after AND number <= :until ORDER BY number LIMIT :limit

-- history_after: the events of one job
SELECT number, job, type, at, actor, state, revision, attempt, data FROM events
WHERE job = :job AND number > :after ORDER BY number LIMIT :limit

-- newest_event: the highest number that is there, up to a limit
SELECT max(number) FROM events WHERE number <= :until

-- prune_events: old events of jobs that are no more
DELETE FROM events WHERE number IN (
    SELECT number FROM events WHERE gone = 1 AND at < :before ORDER BY at, number LIMIT :limit
)

-- insert_line: one line of output; a line that is there already is left as it is
INSERT INTO log_lines (job, attempt, number, at, stream, line) VALUES (:job, :attempt, :number, :at, :stream, :line)
ON CONFLICT (job, attempt, number) DO NOTHING

-- lines_after: the output of one attempt
SELECT log_lines.number, at, stream, line FROM jobs JOIN log_lines ON log_lines.job = jobs.number
WHERE jobs.id = :id AND log_lines.attempt = :attempt AND log_lines.number > :after
ORDER BY log_lines.number LIMIT :limit

-- last_line: the number of the newest line of one attempt
SELECT max(log_lines.number) FROM jobs JOIN log_lines ON log_lines.job = jobs.number
WHERE jobs.id = :id AND log_lines.attempt = :attempt

-- put_file: a result file; one of the same attempt and name is replaced
INSERT INTO files (job, attempt, name, size, sha256, blob, media_type)
VALUES (:job, :attempt, :name, :size, :sha256, :blob, :media_type)
ON CONFLICT (job, attempt, name) DO UPDATE SET
    size = excluded.size, sha256 = excluded.sha256, blob = excluded.blob, media_type = excluded.media_type

-- files_of: one job's result files
SELECT files.name, size, sha256, blob, media_type, files.attempt
FROM jobs JOIN files ON files.job = jobs.number WHERE jobs.id = :id ORDER BY files.attempt, files.name

-- files_after: result files of all jobs by blob
SELECT name, size, sha256, blob, media_type, attempt FROM files
WHERE blob > :blob ORDER BY blob LIMIT :limit

-- oldest: since when one queue's line has been waiting
SELECT min(queued_at) FROM jobs WHERE queue = :queue AND ready = 1

-- bind_key: an idempotency key, unless it is bound
INSERT INTO reused (owner, word, job, digest, made_at) VALUES (:owner, :word, :job, :digest, :made_at)
ON CONFLICT (owner, word) DO NOTHING

-- bound_key: what an idempotency key stands for
SELECT jobs.id, digest FROM reused JOIN jobs ON jobs.number = reused.job WHERE reused.owner = :owner AND word = :word

-- bump_counter: add to a kept counter
INSERT INTO counters (owner, project, queue, kind, state, count)
VALUES (:owner, :project, :queue, :kind, :state, :count)
ON CONFLICT (owner, project, queue, kind, state) DO UPDATE SET count = counters.count + excluded.count

-- all_queues: the queues that were ever set up or used
SELECT name, paused, paused_by, paused_at FROM queues
UNION ALL
SELECT DISTINCT queue, 0, '', NULL FROM counters WHERE queue NOT IN (SELECT name FROM queues)
ORDER BY 1

-- put_queue: a queue
INSERT INTO queues (name, paused, paused_by, paused_at) VALUES (:name, :paused, :paused_by, :paused_at)
ON CONFLICT (name) DO UPDATE SET
    paused = excluded.paused, paused_by = excluded.paused_by, paused_at = excluded.paused_at

-- all_workers: by name
SELECT name, session, host, pid, queues, kinds, slots, started_at, seen_at, draining FROM workers ORDER BY name

-- put_worker: a worker; whether it drains stays as it is while its session does
INSERT INTO workers (name, session, host, pid, queues, kinds, slots, started_at, seen_at, draining)
VALUES (:name, :session, :host, :pid, :queues, :kinds, :slots, :started_at, :seen_at, :draining)
ON CONFLICT (name) DO UPDATE SET
    session = excluded.session, host = excluded.host, pid = excluded.pid, queues = excluded.queues,
    kinds = excluded.kinds, slots = excluded.slots, started_at = excluded.started_at, seen_at = excluded.seen_at,
    draining = CASE WHEN workers.session = excluded.session THEN workers.draining ELSE excluded.draining END

-- drain_worker: whether a worker is given work
UPDATE workers SET draining = :draining WHERE name = :name

-- drop_worker: forget a worker
DELETE FROM workers WHERE name = :name

-- setting: what the house keeps for itself
SELECT value FROM settings WHERE name = :name

-- put_setting: what the house keeps for itself
INSERT INTO settings (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- wrong_states: jobs whose newest event tells another state
SELECT jobs.id, jobs.state, events.state FROM jobs JOIN events ON events.job = jobs.id
WHERE events.number = (SELECT max(newest.number) FROM events AS newest WHERE newest.job = jobs.id)
    AND events.state <> jobs.state
ORDER BY jobs.number LIMIT 20

-- lost_children: rows that belong to no job
SELECT 'attempts', count(*) FROM attempts WHERE job NOT IN (SELECT number FROM jobs)
UNION ALL
SELECT 'log lines', count(*) FROM log_lines WHERE job NOT IN (SELECT number FROM jobs)
UNION ALL
SELECT 'files', count(*) FROM files WHERE job NOT IN (SELECT number FROM jobs)
UNION ALL
SELECT 'labels', count(*) FROM labels WHERE job NOT IN (SELECT number FROM jobs)
UNION ALL
SELECT 'marks', count(*) FROM marks WHERE job NOT IN (SELECT number FROM jobs)
UNION ALL
SELECT 'idempotency keys', count(*) FROM reused WHERE job NOT IN (SELECT number FROM jobs)
UNION ALL
SELECT 'needs', count(*) FROM needs WHERE job NOT IN (SELECT number FROM jobs)

-- counted_jobs: the truth that the counters must tell
SELECT owner, coalesce(project, ''), queue, kind, state, count(*) FROM jobs GROUP BY 1, 2, 3, 4, 5

-- create_migrations: which schema files were applied
CREATE TABLE IF NOT EXISTS migrations (
    room TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    PRIMARY KEY (room, number)
)

-- applied_migrations: all of them
SELECT room, number, name, checksum FROM migrations ORDER BY room, number

-- record_migration: one more
INSERT INTO migrations (room, number, name, checksum) VALUES (:room, :number, :name, :checksum)
