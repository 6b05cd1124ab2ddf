"""Cohorts of first-time payers: who came back, how often, for how much; and what a week's acquisition was to cost."""
