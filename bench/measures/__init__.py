"""The measures: each gives the steps that the engines take in turn."""
