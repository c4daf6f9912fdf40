"""Zip archives, written and read as streams: nothing is unpacked to disk, and memory does not grow with pictures."""
