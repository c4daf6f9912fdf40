"""Writing and reading annotations, ours against Datumaro's, on the same pictures."""
