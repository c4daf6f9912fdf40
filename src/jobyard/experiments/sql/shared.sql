-- insert_task: what an experiment is beyond its job
INSERT INTO experiments
    (id, folder, parent, type, mark, hidden, archived, created_at, updated_at, changed_at, started_at, completed_at,
    iteration, head, parts)
VALUES
    (:id, :folder, :parent, :type, :mark, :hidden, :archived, :created_at, :updated_at, :changed_at, :started_at,
    :completed_at, :iteration, :head, :parts)

-- update_task: all of it
UPDATE experiments SET
    folder = :folder, parent = :parent, type = :type, mark = :mark, hidden = :hidden, archived = :archived,
    updated_at = :updated_at, changed_at = :changed_at, started_at = :started_at, completed_at = :completed_at,
    iteration = :iteration, head = :head, parts = :parts
WHERE number = :number

-- update_head: all of it but its larger parts
UPDATE experiments SET
    folder = :folder, parent = :parent, type = :type, mark = :mark, hidden = :hidden, archived = :archived,
    updated_at = :updated_at, changed_at = :changed_at, started_at = :started_at, completed_at = :completed_at,
    iteration = :iteration, head = :head
WHERE number = :number

-- task: one by id
SELECT number, id, folder, parent, type, mark, created_at, updated_at, changed_at, started_at, completed_at, iteration,
    head, parts
FROM experiments
WHERE id = :id

-- lock_task: one by id, held until the transaction ends
SELECT number, id, folder, parent, type, mark, created_at, updated_at, changed_at, started_at, completed_at, iteration,
    head, parts
FROM experiments
WHERE id = :id

-- delete_task: one by id
DELETE FROM experiments WHERE id = :id

-- orphan_children: what hung on a task that is no more
UPDATE experiments SET parent = :left WHERE parent = :id

-- published_children: how many
SELECT count(*) FROM experiments WHERE parent = :id AND mark = 'published'

-- drop_inputs: the models that a task takes
DELETE FROM experiment_inputs WHERE task = :task

-- put_input: a model that a task takes
INSERT INTO experiment_inputs (model, task) VALUES (:model, :task)
ON CONFLICT DO NOTHING

-- takers: whether another task takes a model
SELECT 1 FROM experiment_inputs WHERE model = :model AND task <> :task LIMIT 1

-- put_folder: a folder; nothing is touched where another one in its home has the name
INSERT INTO experiment_folders
    (id, home, name, owner, project, description, destination, tags, system_tags, created_at, updated_at)
VALUES
    (:id, :home, :name, :owner, :project, :description, :destination, :tags, :system_tags, :created_at, :updated_at)
ON CONFLICT DO NOTHING

-- update_folder: all that changes of it
UPDATE experiment_folders SET
    name = :name, description = :description, destination = :destination, tags = :tags, system_tags = :system_tags,
    updated_at = :updated_at
WHERE id = :id

-- bump_folder: something in it has changed
UPDATE experiment_folders SET updated_at = :now WHERE id = :id AND updated_at < :now

-- folder: one by id
SELECT id, home, name, owner, project, description, destination, tags, system_tags, created_at, updated_at
FROM experiment_folders WHERE id = :id

-- folder_named: one by its name in a home
SELECT id, home, name, owner, project, description, destination, tags, system_tags, created_at, updated_at
FROM experiment_folders WHERE home = :home AND name = :name

-- folders: those that somebody may see
SELECT id, home, name, owner, project, description, destination, tags, system_tags, created_at, updated_at
FROM experiment_folders
WHERE (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects)))
ORDER BY created_at, id

-- folders_below: those whose name begins with a folder's and a slash
SELECT id, home, name, owner, project, description, destination, tags, system_tags, created_at, updated_at
FROM experiment_folders WHERE home = :home AND name >= :first AND name < :beyond

-- delete_folder: one by id
DELETE FROM experiment_folders WHERE id = :id

-- types_in_folder: how many tasks of which type lie in it, archived or not
SELECT type, archived, count(*) FROM experiments WHERE folder = :id GROUP BY type, archived

-- place_folder: where it lies now
UPDATE experiment_folders SET home = :home, name = :name, project = :project, updated_at = :updated_at WHERE id = :id

-- tasks_in: those of a folder
SELECT id FROM experiments WHERE folder = :folder ORDER BY number

-- move_tasks: those of a folder into another one, or into none
UPDATE experiments SET folder = :to WHERE folder = :folder

-- is_public: whether whoever is in the house may see it
SELECT 1 FROM experiment_public WHERE id = :id

-- put_public: a task or a model
INSERT INTO experiment_public (id) VALUES (:id) ON CONFLICT (id) DO NOTHING

-- drop_public: a task or a model
DELETE FROM experiment_public WHERE id = :id

-- put_model: a model
INSERT INTO experiment_models (id, folder, owner, project, task, uri, updated_at, body)
VALUES (:id, :folder, :owner, :project, :task, :uri, :updated_at, :body)
ON CONFLICT (id) DO UPDATE SET
    folder = excluded.folder, project = excluded.project, task = excluded.task, uri = excluded.uri,
    updated_at = excluded.updated_at, body = excluded.body

-- model: one by id
SELECT body FROM experiment_models WHERE id = :id

-- models: those that somebody may see
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
    OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
ORDER BY updated_at DESC, id

-- models_with: those of these ids
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
    OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND id IN (SELECT value FROM json_each(:given))
ORDER BY updated_at DESC, id

-- models_of: those that these tasks made
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
    OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND task IN (SELECT value FROM json_each(:given))
ORDER BY updated_at DESC, id

-- models_at: those whose weights lie at one of these places
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
    OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND uri IN (SELECT value FROM json_each(:given))
ORDER BY updated_at DESC, id

-- models_in: those that lie in these folders
SELECT body FROM experiment_models
WHERE (:everything = 1 OR owner = :owner OR project IN (SELECT value FROM json_each(:projects))
    OR (:owner <> '' AND id IN (SELECT id FROM experiment_public)))
    AND folder IN (SELECT value FROM json_each(:given))
ORDER BY updated_at DESC, id

-- delete_model: one by id
DELETE FROM experiment_models WHERE id = :id

-- put_line: what people say of a queue; nothing is touched where another one has the name
INSERT INTO experiment_lines (id, name, body) VALUES (:id, :name, :body)
ON CONFLICT DO NOTHING

-- update_line: all of it
UPDATE experiment_lines SET name = :name, body = :body WHERE id = :id

-- lines: all of them
SELECT body FROM experiment_lines ORDER BY name

-- line: one by id
SELECT body FROM experiment_lines WHERE id = :id

-- line_named: one by name
SELECT body FROM experiment_lines WHERE name = :name

-- delete_line: one by id
DELETE FROM experiment_lines WHERE id = :id

-- waiting_in: the tasks in a queue, in their order, and behind them those whose time is still to come
SELECT j.id, j.queued_at, j.ready AS ready, j.rank AS rank, j.turn AS turn, j.number AS number
FROM jobs AS j JOIN experiments AS t ON t.id = j.id
WHERE j.queue = :queue AND j.ready = 1
UNION ALL
SELECT j.id, j.queued_at, j.ready, j.rank, j.turn, j.number
FROM jobs AS j JOIN experiments AS t ON t.id = j.id
WHERE j.queue = :queue AND j.ready = 0 AND j.state = 'queued' AND j.external = 0 AND j.waits = 0
ORDER BY ready DESC, rank, turn, number

-- series: all of a home
SELECT number, home, sort, metric, variant, count, last, last_iteration, last_at, least, least_iteration, most,
    most_iteration, first, first_iteration, total, label
FROM experiment_series
WHERE home = :home
ORDER BY metric, variant

-- insert_series: a series that was not there
INSERT INTO experiment_series (home, sort, metric, variant) VALUES (:home, :sort, :metric, :variant)
ON CONFLICT DO NOTHING

-- update_series: what is known of its values
UPDATE experiment_series SET
    count = :count, last = :last, last_iteration = :last_iteration, last_at = :last_at, least = :least,
    least_iteration = :least_iteration, most = :most, most_iteration = :most_iteration, first = :first,
    first_iteration = :first_iteration, total = :total, label = :label
WHERE number = :number

-- put_shown: a plot or a picture; one of the same iteration is replaced
INSERT INTO experiment_shown (series, iteration, at, body) VALUES (:series, :iteration, :at, :body)
ON CONFLICT (series, iteration) DO UPDATE SET at = excluded.at, body = excluded.body

-- shown: those of a series, newest iteration first, below one
SELECT iteration, at, body FROM experiment_shown
WHERE series = :series AND iteration < :below
ORDER BY iteration DESC
LIMIT :limit

-- shown_above: those of a series, oldest iteration first, above one
SELECT iteration, at, body FROM experiment_shown
WHERE series = :series AND iteration > :above
ORDER BY iteration
LIMIT :limit

-- shown_once: those of a series that none of a later iteration has written over, newest iteration first, below one
SELECT iteration, at, body FROM (
    SELECT iteration, at, body, row_number() OVER (PARTITION BY body ORDER BY iteration DESC) AS place
    FROM experiment_shown
    WHERE series = :series
) AS placed
WHERE iteration < :below AND (place = 1 OR body = :nameless)
ORDER BY iteration DESC
LIMIT :limit

-- shown_once_above: those of a series that none of a later one has written over, oldest iteration first, above one
SELECT iteration, at, body FROM (
    SELECT iteration, at, body, row_number() OVER (PARTITION BY body ORDER BY iteration DESC) AS place
    FROM experiment_shown
    WHERE series = :series
) AS placed
WHERE iteration > :above AND (place = 1 OR body = :nameless)
ORDER BY iteration
LIMIT :limit

-- values: those of a series, by iteration
SELECT iteration, at, value FROM experiment_values
WHERE series = :series AND iteration > :single
ORDER BY iteration
LIMIT :limit OFFSET :offset

-- single_value: the one that belongs to no curve
SELECT iteration, at, value FROM experiment_values WHERE series = :series AND iteration = :single

-- count_singles: how many values of a home belong to no curve
SELECT count(*) FROM experiment_series AS s
JOIN experiment_values AS v ON v.series = s.number AND v.iteration = :single
WHERE s.home = :home AND s.sort = 'scalar'

-- thinned: means of as many stretches of a curve as are wanted
SELECT min(iteration), avg(at), avg(value) FROM (
    SELECT iteration, at, value, ntile(:samples) OVER (ORDER BY iteration) AS stretch
    FROM experiment_values
    WHERE series = :series AND iteration > :single
) AS placed
GROUP BY stretch
ORDER BY stretch

-- first_place: the least iteration of a curve
SELECT min(iteration) FROM experiment_values WHERE series = :series AND iteration > :single

-- averaged: means of stretches of a curve of so many iterations each
SELECT min(iteration), avg(at), avg(value)
FROM experiment_values
WHERE series = :series AND iteration > :single
GROUP BY (iteration - :first) / :width
ORDER BY min(iteration)

-- delete_values: of one series
DELETE FROM experiment_values WHERE series = :series

-- delete_shown: of one series
DELETE FROM experiment_shown WHERE series = :series

-- delete_one_series: one
DELETE FROM experiment_series WHERE number = :number

-- say: a piece of the console; one that is there already stays
INSERT INTO experiment_console (home, at, digest, level, worker, line, iteration, metric, variant)
VALUES (:home, :at, :digest, :level, :worker, :line, :iteration, :metric, :variant)
ON CONFLICT DO NOTHING

-- said_before: the newest pieces before a time
SELECT at, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND at < :at
ORDER BY at DESC, digest DESC
LIMIT :limit OFFSET :offset

-- said_after: the oldest pieces after a time
SELECT at, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND at > :at
ORDER BY at, digest
LIMIT :limit OFFSET :offset

-- said_behind: the next pieces behind a place
SELECT at, digest, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND (at, digest) > (:at, :digest)
ORDER BY at, digest
LIMIT :limit

-- said_ahead: the last pieces before a place, newest first
SELECT at, digest, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND (at, digest) < (:at, :digest)
ORDER BY at DESC, digest DESC
LIMIT :limit

-- count_said: how many pieces
SELECT count(*) FROM experiment_console WHERE home = :home

-- said_of_before: the newest pieces of some metrics before a time
SELECT at, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND at < :at AND EXISTS (
    SELECT 1 FROM json_each(:among) AS named
    WHERE named.value ->> 0 = metric AND (named.value ->> 1 IS NULL OR named.value ->> 1 = variant)
)
ORDER BY at DESC, digest DESC
LIMIT :limit OFFSET :offset

-- said_of_after: the oldest pieces of some metrics after a time
SELECT at, level, worker, line, iteration, metric, variant FROM experiment_console
WHERE home = :home AND at > :at AND EXISTS (
    SELECT 1 FROM json_each(:among) AS named
    WHERE named.value ->> 0 = metric AND (named.value ->> 1 IS NULL OR named.value ->> 1 = variant)
)
ORDER BY at, digest
LIMIT :limit OFFSET :offset

-- count_said_of: how many pieces of some metrics
SELECT count(*) FROM experiment_console
WHERE home = :home AND EXISTS (
    SELECT 1 FROM json_each(:among) AS named
    WHERE named.value ->> 0 = metric AND (named.value ->> 1 IS NULL OR named.value ->> 1 = variant)
)

-- said_metrics: of which metrics pieces tell
SELECT DISTINCT metric FROM experiment_console WHERE home = :home AND metric <> '' ORDER BY metric

-- clear_said: pieces before a time, only those of some metrics where any are named, and none of others
DELETE FROM experiment_console
WHERE home = :home AND at < :before
    AND (:every = 1 OR metric IN (SELECT value FROM json_each(:only)))
    AND metric NOT IN (SELECT value FROM json_each(:but))

-- delete_said: all of one home
DELETE FROM experiment_console WHERE home = :home

-- orphans: experiments whose job was deleted
SELECT t.id FROM experiments AS t LEFT JOIN jobs AS j ON j.id = t.id
WHERE j.id IS NULL
ORDER BY t.number
LIMIT :limit

-- empty_series: a series whose values went; what is known of its least, greatest, first and last one stays
UPDATE experiment_series SET count = 0, total = 0 WHERE number = :series

-- old_series: series of one sort, of tasks that ended before and were not heard of since
SELECT s.number, s.home, j.project, j.finished_at
FROM experiment_series AS s JOIN jobs AS j ON j.id = s.home JOIN experiments AS t ON t.id = s.home
WHERE s.number > :after AND s.sort = :sort AND s.count > 0 AND j.finished_at < :before AND t.updated_at < :before
ORDER BY s.number
LIMIT :limit

-- old_consoles: tasks that ended before and were not heard of since, whose console is kept still
SELECT t.number, t.id, j.project, j.finished_at FROM experiments AS t JOIN jobs AS j ON j.id = t.id
WHERE t.number > :after AND j.finished_at < :before AND t.updated_at < :before
    AND EXISTS (SELECT 1 FROM experiment_console AS c WHERE c.home = t.id)
ORDER BY t.number
LIMIT :limit

-- put_file: a file; one of the same path and owner is replaced
INSERT INTO experiment_files (path, owner, task, blob, size, at) VALUES (:path, :owner, :task, :blob, :size, :at)
ON CONFLICT (path, owner) DO UPDATE SET
    task = excluded.task, blob = excluded.blob, size = excluded.size, at = excluded.at

-- files_at: all of one path
SELECT path, owner, task, blob, size FROM experiment_files WHERE path = :path ORDER BY owner

-- task_gone: the next task that has files and is no more
SELECT f.task FROM experiment_files AS f
WHERE f.task > :after AND NOT EXISTS (SELECT 1 FROM jobs AS j WHERE j.id = f.task)
ORDER BY f.task
LIMIT 1

-- files_of: those of a task
SELECT path, owner FROM experiment_files WHERE task = :task

-- weights_naming: where the weights of models lie whose place names this
SELECT uri FROM experiment_models WHERE replace(uri, :name, '') <> uri

-- delete_file: one
DELETE FROM experiment_files WHERE path = :path AND owner = :owner

-- files_kept: which of these blobs are a file's
SELECT blob FROM experiment_files WHERE blob IN (SELECT value FROM json_each(:blobs))
