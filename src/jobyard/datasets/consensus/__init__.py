"""One truth out of what several people said of the same picture. Pure; numbers come from `geometry`."""
