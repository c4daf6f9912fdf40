"""Statements that find tasks, put together of parts."""
