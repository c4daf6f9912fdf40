"""What people did, from the stream of their events: as a table in CVAT's columns, and summed up for plots. Pure."""
