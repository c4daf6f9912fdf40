"""web: serves the built Requests page and nothing else. It knows HTTP, but no store, no engine and no job."""
