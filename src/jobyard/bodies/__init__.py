"""What comes in over the wire in more than one part, read as it comes and never held whole."""
