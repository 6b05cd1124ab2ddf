"""Incidents and best-practice cards: look, work through, close, find again."""
