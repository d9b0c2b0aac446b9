"""Many reports from one file: cases x strategies x languages, several at a time; what is there is not made again."""
