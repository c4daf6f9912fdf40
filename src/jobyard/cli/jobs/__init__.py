"""`jobyard jobs`: everything that may be asked of jobs."""
