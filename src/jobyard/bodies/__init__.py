"""Bodies on the wire: those of several parts read as they come and never held whole, those sent closed at their end."""
