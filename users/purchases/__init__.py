"""Orders cleaned and merged into purchases, and the roll-ups every page reads."""
