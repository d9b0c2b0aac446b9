"""Time, keyed draws, arithmetic of rates, words: what everything else stands on."""
