"""Recall drives: plan, start, share out, follow and end."""
