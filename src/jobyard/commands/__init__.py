"""Room of the job kind `command.run`: programs an administrator allowed, started without a shell."""
