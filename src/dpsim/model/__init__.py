"""The state of a case and the laws by which it changes."""
