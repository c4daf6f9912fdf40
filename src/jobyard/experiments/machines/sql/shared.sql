-- put_agent: an agent
INSERT INTO experiment_agents (name, heard_at, body) VALUES (:name, :heard_at, :body)
ON CONFLICT (name) DO UPDATE SET heard_at = excluded.heard_at, body = excluded.body

-- agent: one by name
SELECT body FROM experiment_agents WHERE name = :name

-- agents: all of them
SELECT body FROM experiment_agents ORDER BY name

-- delete_agent: one by name
DELETE FROM experiment_agents WHERE name = :name

-- forget_agents: those that were not heard of since
DELETE FROM experiment_agents WHERE heard_at < :before

-- put_sample: what an agent told of its machine; one of the same time is replaced
INSERT INTO experiment_machines (agent, metric, variant, at, value) VALUES (:agent, :metric, :variant, :at, :value)
ON CONFLICT (agent, metric, variant, at) DO UPDATE SET value = excluded.value

-- activity: how many agents were heard in each stretch of time, and how many of them ran a task
SELECT (at - :since) / :width AS place, count(DISTINCT agent), count(DISTINCT CASE WHEN value > 0 THEN agent END)
FROM experiment_machines
WHERE metric = '' AND at >= :since AND at < :until
GROUP BY place
ORDER BY place

-- forget_samples: those from before
DELETE FROM experiment_machines WHERE at < :before

-- waited_in: when tasks joined a queue and left it by being given out; those that wait still have left it never
SELECT j.owner, j.project, j.queued_at, CASE WHEN j.state = 'queued' THEN NULL ELSE j.started_at END AS left_at
FROM jobs AS j JOIN experiments AS t ON t.id = j.id
WHERE j.queue = :queue AND j.external = 0 AND j.queued_at < :until
    AND ((j.state = 'queued' AND j.external = 0) OR (j.started_at >= j.queued_at AND j.started_at >= :since))
ORDER BY j.number DESC
LIMIT :limit
