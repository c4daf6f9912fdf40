"""YOLO's text files: a line for every upright rectangle. The old layout of Darknet, and that of Ultralytics."""
