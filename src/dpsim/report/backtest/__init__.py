"""The backtest as a letter and as files."""
