"""What happened to one enterprise, organisation or hazard in one replication, and on which draw."""
