"""Cue sheets on the desk, on the phone, on paper."""
