"""Which strategy does better: comparison of runs that share their luck."""
