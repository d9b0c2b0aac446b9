"""The ledgers a bureau keeps, as one replication leaves them at a date, and an open hazard ledger as a start."""
