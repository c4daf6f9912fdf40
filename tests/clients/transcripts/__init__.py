"""What ClearML's real clients said to a house and were answered, written down, and how to write it down anew."""
