"""An example of a package that brings a kind of work to Jobyard."""

from __future__ import annotations
