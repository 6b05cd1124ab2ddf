"""What staff did: the log read back, filtered and exported."""
