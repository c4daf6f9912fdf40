"""The worker: a process that claims jobs over HTTP and runs them in child processes of its own. Linux only.

Three processes take part. The *worker* holds the token, speaks to the house and never forks. Its *nursery* is a lean
process that has the kinds loaded and only forks. A *child* is forked there and runs attempts, one after another.
"""

from __future__ import annotations
