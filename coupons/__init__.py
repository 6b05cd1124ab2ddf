"""Money off: what, to whom, why, with whose approval."""
