-- sizes: how large the pictures of certain samples are
SELECT number, width, height
FROM dataset_pictures
WHERE dataset = :dataset AND number IN (SELECT value FROM json_each(:numbers))
