-- select_tasks: whole ones
SELECT t.number, t.id, t.folder, t.parent, t.type, t.mark, t.created_at, t.updated_at, t.changed_at, t.started_at,
    t.completed_at, t.iteration, t.head, t.parts

-- select_heads: without their larger parts
SELECT t.number, t.id, t.folder, t.parent, t.type, t.mark, t.created_at, t.updated_at, t.changed_at, t.started_at,
    t.completed_at, t.iteration, t.head, '{}'

-- select_ones: how many, up to the end of what is counted
SELECT count(*) FROM (
SELECT 1

-- select_counts: how many stand how in which folder, how long they ran, when one began last, and how many ended lately
SELECT t.folder, t.archived,
    CASE
        WHEN t.mark <> '' THEN t.mark
        WHEN j.state = 'running' AND j.begun_at IS NULL THEN 'queued'
        WHEN j.state = 'failed' AND j.lively LIKE '%"reason":"lost"%' THEN 'cancelled'
        ELSE j.state
    END AS stands,
    count(*),
    sum(CASE WHEN t.completed_at > t.started_at THEN t.completed_at - t.started_at ELSE 0 END),
    max(t.started_at),
    sum(CASE WHEN t.completed_at >= :lately THEN 1 ELSE 0 END)

-- select_curves: every metric and variant
SELECT DISTINCT s.metric, s.variant

-- join_series: with every curve of each
JOIN experiment_series AS s ON s.home = t.id AND s.sort = 'scalar'

-- from_tasks: all
FROM experiments AS t JOIN jobs AS j ON j.id = t.id

-- from_curve: along a curve that they all have; the crossing tells the order of the loops
FROM experiment_series AS s CROSS JOIN experiments AS t CROSS JOIN jobs AS j

-- where_walked: how the tables of a walk hang together
s.sort = 'scalar' AND s.metric = :metric AND s.variant = :variant AND t.id = s.home AND j.id = t.id

-- where_last: known
s.last IS NOT NULL

-- where_least: known
s.least IS NOT NULL

-- where_most: known
s.most IS NOT NULL

-- where_scope: those that somebody may see
(:everything = 1 OR j.owner = :owner OR j.project IN (SELECT value FROM json_each(:projects))
    OR (:owner <> '' AND t.id IN (SELECT id FROM experiment_public)))

-- where_ids: of these ids
t.id IN (SELECT value FROM json_each(:ids))

-- where_folders: in these folders
t.folder IN (SELECT value FROM json_each(:folders))

-- where_folder: in one folder
t.folder = :folder

-- where_owners: of these people
j.owner IN (SELECT value FROM json_each(:owners))

-- where_types: of these types
t.type IN (SELECT value FROM json_each(:types))

-- where_parents: below these tasks
t.parent IN (SELECT value FROM json_each(:parents))

-- where_name: of this name
j.name = :name

-- where_shown: not hidden
t.hidden = 0

-- where_archived: archived or not
t.archived = :archived

-- where_standing: that stand in one of these ways
CASE
    WHEN t.mark <> '' THEN t.mark
    WHEN j.state = 'running' AND j.begun_at IS NULL THEN 'queued'
    WHEN j.state = 'failed' AND j.lively LIKE '%"reason":"lost"%' THEN 'cancelled'
    ELSE j.state
END IN (SELECT value FROM json_each(:standings))

-- by_counts: together
GROUP BY t.folder, t.archived, stands

-- by_curves: order
ORDER BY s.metric, s.variant

-- by_updated: order
ORDER BY t.updated_at, t.number

-- by_updated_down: order
ORDER BY t.updated_at DESC, t.number DESC

-- by_created: order
ORDER BY t.created_at, t.number

-- by_created_down: order
ORDER BY t.created_at DESC, t.number DESC

-- by_changed: order
ORDER BY t.changed_at, t.number

-- by_changed_down: order
ORDER BY t.changed_at DESC, t.number DESC

-- by_name: order
ORDER BY j.name, t.number

-- by_name_down: order
ORDER BY j.name DESC, t.number DESC

-- by_iteration: order
ORDER BY t.iteration, t.number

-- by_iteration_down: order
ORDER BY t.iteration DESC, t.number DESC

-- by_started: order
ORDER BY t.started_at NULLS LAST, t.number

-- by_started_down: order
ORDER BY t.started_at DESC NULLS LAST, t.number DESC

-- by_completed: order
ORDER BY t.completed_at NULLS LAST, t.number

-- by_completed_down: order
ORDER BY t.completed_at DESC NULLS LAST, t.number DESC

-- by_last: order by what is known of a curve
ORDER BY s.last NULLS LAST, t.number

-- by_last_down: order by what is known of a curve
ORDER BY s.last DESC NULLS LAST, t.number DESC

-- by_least: order by what is known of a curve
ORDER BY s.least NULLS LAST, t.number

-- by_least_down: order by what is known of a curve
ORDER BY s.least DESC NULLS LAST, t.number DESC

-- by_most: order by what is known of a curve
ORDER BY s.most NULLS LAST, t.number

-- by_most_down: order by what is known of a curve
ORDER BY s.most DESC NULLS LAST, t.number DESC

-- by_known_last: order where it is known
ORDER BY s.last, t.number

-- by_known_last_down: order where it is known
ORDER BY s.last DESC, t.number DESC

-- by_known_least: order where it is known
ORDER BY s.least, t.number

-- by_known_least_down: order where it is known
ORDER BY s.least DESC, t.number DESC

-- by_known_most: order where it is known
ORDER BY s.most, t.number

-- by_known_most_down: order where it is known
ORDER BY s.most DESC, t.number DESC

-- join_curve: with what is known of one curve of each
LEFT JOIN experiment_series AS s
    ON s.home = t.id AND s.sort = 'scalar' AND s.metric = :metric AND s.variant = :variant

-- curve_names: every metric and variant of a curve, by jumping along the index
WITH RECURSIVE named (metric, variant) AS (
    SELECT metric, variant FROM (
        SELECT metric, variant FROM experiment_series WHERE sort = 'scalar' ORDER BY metric, variant LIMIT 1
    ) AS first_one
    UNION ALL
    SELECT beyond.metric, beyond.variant
    FROM named AS n JOIN experiment_series AS beyond ON beyond.number = COALESCE(
        (
            SELECT s.number FROM experiment_series AS s
            WHERE s.sort = 'scalar' AND s.metric = n.metric AND s.variant > n.variant
            ORDER BY s.variant LIMIT 1
        ),
        (
            SELECT s.number FROM experiment_series AS s
            WHERE s.sort = 'scalar' AND s.metric > n.metric
            ORDER BY s.metric, s.variant LIMIT 1
        )
    )
)
SELECT metric, variant FROM named

-- some: a page
LIMIT :limit OFFSET :offset

-- end_ones: of what is counted
) AS counted
