-- samples: of some metrics of some agents, by variant and stretch of time
SELECT agent, metric, variant, (at - :since) / :width AS place, count(*), sum(value), min(value), max(value)
FROM experiment_machines
WHERE agent IN (SELECT jsonb_array_elements_text(CAST(:agents AS jsonb)))
    AND metric IN (SELECT jsonb_array_elements_text(CAST(:metrics AS jsonb)))
    AND at >= :since AND at < :until
GROUP BY agent, metric, variant, place
ORDER BY agent, metric, variant, place

-- measured: the metrics of some agents
SELECT DISTINCT metric FROM experiment_machines
WHERE agent IN (SELECT jsonb_array_elements_text(CAST(:agents AS jsonb))) AND metric <> ''
