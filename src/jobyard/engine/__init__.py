"""The only room that changes jobs: one short method a verb."""
