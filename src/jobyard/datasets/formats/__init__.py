"""How annotations travel: one file a format, each both ways, and the registry that knows them by name."""
