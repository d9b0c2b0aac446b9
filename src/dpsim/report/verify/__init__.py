"""Hold a folder against what was written, and against what the program that is installed now would write."""
