"""PASCAL VOC 1.1: an XML document a picture, with upright rectangles and their attributes."""
