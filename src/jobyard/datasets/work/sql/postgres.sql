-- sizes: how large the pictures of certain samples are
SELECT number, width, height
FROM dataset_pictures
WHERE dataset = :dataset
    AND number IN (
        SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:numbers AS jsonb))
    )
