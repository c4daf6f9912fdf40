"""Every call of the ClearML protocol that its clients make: what is said, and what must be answered and written."""
