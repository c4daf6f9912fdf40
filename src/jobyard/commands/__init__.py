"""Room of the job kind `command.run`: programs an administrator allowed, started without a shell."""

from __future__ import annotations

from jobyard.commands.allowance import Commands

__all__ = ["Commands"]
