"""Parameter files: what a case and a strategy hold, where they are found, and the rules they keep."""
