"""The funnel of those who registered, and what is done at each of its stages."""
