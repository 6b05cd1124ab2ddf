"""The phone of whoever walks: my day, a door, what was told."""
