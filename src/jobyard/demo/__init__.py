"""What `jobyard demo` (and `make run`) shows: a house with people, pictures and real jobs in it."""
