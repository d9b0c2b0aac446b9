"""Runs: one replication, ensembles, what was run."""
