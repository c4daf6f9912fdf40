"""The ground floor: what a job is and how it may change. No input, no output, no clock of its own."""
