-- Tasks in the order of what is known of a curve, without looking at all that have it.

CREATE INDEX experiment_series_last ON experiment_series (metric, variant, last)
WHERE sort = 'scalar' AND last IS NOT NULL;
CREATE INDEX experiment_series_least ON experiment_series (metric, variant, least)
WHERE sort = 'scalar' AND least IS NOT NULL;
CREATE INDEX experiment_series_most ON experiment_series (metric, variant, most)
WHERE sort = 'scalar' AND most IS NOT NULL;
