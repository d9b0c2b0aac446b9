"""Table files as they stand: workbooks and texts, cells, counts, places; for every part that reads tables."""
