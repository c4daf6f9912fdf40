"""How long it takes to notice what changed among many files: Jobyard end to end, tools people use, and bare walks."""
