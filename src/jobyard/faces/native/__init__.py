"""Our own protocol under /v1."""
