"""CVAT's own XML 1.1: all that can be said of pictures, and nothing is lost."""
