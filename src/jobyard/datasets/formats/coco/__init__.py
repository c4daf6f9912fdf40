"""COCO's instances 1.0: rectangles, polygons and masks in one JSON document a subset."""
