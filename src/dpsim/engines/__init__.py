"""Schedulers: they decide when a compiled function of the model is called, never what it says."""
