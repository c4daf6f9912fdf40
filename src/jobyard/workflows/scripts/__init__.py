"""Workflows in plain Python: a package with a script, and a declaration of what it asks and what it leaves.

The script runs as a process of its own, in a folder of its own, with a clean environment and limits. It runs under the
worker's account, so only people who were granted the right may run one.
"""
