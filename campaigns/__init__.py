"""What staff do to reach customers, and the plan behind it."""
