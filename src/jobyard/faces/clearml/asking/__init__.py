"""What lists take: conditions on fields, an order, a page, and which fields come back."""

from __future__ import annotations
