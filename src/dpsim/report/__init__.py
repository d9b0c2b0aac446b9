"""Figures, tables, sentences and documents."""
