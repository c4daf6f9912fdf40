"""How good annotations are, by comparing them with such as are known to be true. Pure; numbers come from `geometry`."""
