"""Alteryx Server's own API, version 3, and what clients still use of version 1: workflows, their jobs and outputs."""
