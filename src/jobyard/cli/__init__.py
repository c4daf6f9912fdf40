"""The command line: one file a command group. People and scripts come in here."""
