"""Who shares what: collections of schedules and workflows, groups of people, and credentials for runs.

A collection lets its members see the jobs of its schedules, and stop them, whoever owns them.
"""
