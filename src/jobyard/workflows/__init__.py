"""Room of workflows: documents drawn in Designer are read, looked at, and run here without it.

Tables are polars frames, which only a process that runs work loads; looking at a document needs none.
"""
