"""The formula language: read, bound to columns, and computed by columns or row by row."""
