"""The tables of labels, annotations, collections, assignments and issues, and their rows as records.

Only these files and `datasets/rows.py` name statements. Everything is asked inside somebody else's transaction, and who
writes holds the dataset's row (`rows.lock`), so that the kept counters are never wrong.
"""
