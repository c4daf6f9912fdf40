"""What SQLite and PostgreSQL have in common: rows, statements and the one Transaction over both."""
