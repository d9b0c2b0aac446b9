"""Probability statements given data to the as-of date."""
