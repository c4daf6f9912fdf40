"""Our records in CVAT's words, and back. Total in both directions; decides nothing."""
