"""`python -m dpsim` is the command line."""

from dpsim.cli import main

main()
