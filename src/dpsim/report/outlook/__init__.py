"""The forecast of a progress table as files and as text."""
