"""Alerts as people look at them: the list, one with its evidence, what is done with it."""
