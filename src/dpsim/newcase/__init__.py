"""A case file of one's own out of a table of counties and counts (`dpsim new-case`)."""
