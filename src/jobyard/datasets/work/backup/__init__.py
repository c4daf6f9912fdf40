"""Backups of datasets and collections: the layout of the archive, writing one, and restoring what is in one."""
