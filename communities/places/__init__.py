"""Where we work: communities with their buildings, and the stations that serve them."""
