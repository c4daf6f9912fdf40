"""What agents tell of their machines."""
