"""Best channel and hour: when somebody is at home, and what a try by each channel brings."""
