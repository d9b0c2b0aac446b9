"""Loaded by the server from which the processes to be killed are forked: compiled code is there when they begin."""

from store_runs import CASE, PLAN

from dpsim.experiments.ensemble import run_ensemble

run_ensemble(CASE, PLAN, replications=1, seed=0, workers=1, by="city")
