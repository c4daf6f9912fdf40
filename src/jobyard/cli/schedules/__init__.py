"""`jobyard schedules`: jobs that the house submits again and again by itself."""
