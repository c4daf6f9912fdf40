-- put_values: values by series and iteration; one of the same place is replaced
INSERT INTO experiment_values (series, iteration, at, value)
SELECT value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS REAL)
FROM json_each(:rows)
WHERE true
ON CONFLICT (series, iteration) DO UPDATE SET at = excluded.at, value = excluded.value

-- known_places: which of these places hold a value
SELECT series, iteration, value
FROM experiment_values
WHERE (series, iteration) IN (SELECT value ->> 0, value ->> 1 FROM json_each(:rows))

-- known_shown: at which of these places a plot or a picture stands
SELECT series, iteration
FROM experiment_shown
WHERE (series, iteration) IN (SELECT value ->> 0, value ->> 1 FROM json_each(:rows))
