"""Jobs that are submitted again and again: what people may ask of a schedule, and the clockwork that makes the runs."""
