"""Experiments: what a task of a training program is beyond its job, with its projects, curves, logs and models."""
